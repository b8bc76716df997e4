// What every page has from the start: each module is one behaviour and attaches itself.
import "hallway/times";
import "hallway/theme";
import "hallway/toasts";
import "hallway/swapping";
import "hallway/faces";
import "hallway/zone";
import "hallway/departed";
import "hallway/retrying";
