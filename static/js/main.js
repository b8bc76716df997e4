// The entry of every page: each module is one behaviour and attaches itself.
import "hallway/times";
import "hallway/theme";
import "hallway/toasts";
import "hallway/swapping";
import "hallway/dialogs";
import "hallway/menus";
import "hallway/reveal";
import "hallway/copying";
import "hallway/long_enough";
import "hallway/zone";

if (document.body.dataset.userId) {
  const { start } = await import("hallway/signed_in");
  start();
}
