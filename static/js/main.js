// The entry of every page before signing in.
import "hallway/start";
import "hallway/handling";
