// The entry of every page of somebody who is signed in.
import "hallway/start";
import "hallway/connection";
import "hallway/badges";
import "hallway/inbox";
import "hallway/freshening";
import "hallway/announcing";
import "hallway/arrivals";
import "hallway/sync";
import "hallway/steadying";
import "hallway/history";
import "hallway/receipts";
import "hallway/install";
import "hallway/left";
import "hallway/release";
import "hallway/saving";
import "hallway/last_contact";
import "hallway/unsaved";
import "hallway/turning";
import "hallway/jump";
import "hallway/typing";
import "hallway/reading";
import "hallway/thread";
import "hallway/navigation";
import "hallway/details";
import "hallway/late";
import "hallway/days";
import "hallway/bubbles";
import { watch } from "hallway/opening";
import { connect } from "hallway/socket";

// Show what is there; then listen, when that has been drawn. In tasks of their own: on a slow phone
// a touch should not wait for all of it.
setTimeout(watch);
setTimeout(connect);
