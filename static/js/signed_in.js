// What runs on every page of somebody who is signed in.
import "hallway/connection";
import "hallway/badges";
import "hallway/inbox";
import "hallway/home";
import "hallway/freshening";
import "hallway/announcing";
import "hallway/arrivals";
import "hallway/sync";
import "hallway/steadying";
import "hallway/history";
import "hallway/receipts";
import "hallway/marks";
import "hallway/row_menu";
import "hallway/jump";
import "hallway/composer";
import "hallway/mention_list";
import "hallway/quoting";
import "hallway/typing";
import "hallway/reading";
import "hallway/thread";
import "hallway/navigation";
import "hallway/choosing"; // its keys go before those of the page
import "hallway/keyboard";
import "hallway/viewport";
import "hallway/days";
import "hallway/bubbles";
import "hallway/attaching";
import "hallway/picking";
import "hallway/viewer";
import "hallway/working";
import { tidy } from "hallway/drafts";
import { watch } from "hallway/opening";
import { drainAll } from "hallway/outbox";
import { connect } from "hallway/socket";

/** Show what is there, then listen, then send what still waits. */
export function start() {
  tidy();
  watch();
  connect();
  drainAll();
}
