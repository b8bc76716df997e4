// What every page does with a click, a key or a form.
import "hallway/dialogs";
import "hallway/menus";
import "hallway/reveal";
import "hallway/copying";
import "hallway/long_enough";
