// Who is here: dots and words marked data-presence="<user id>" are hidden while the person is away.
import { hear } from "hallway/events";

hear("presence", ({ user_id: user, online }) => {
  for (const mark of document.querySelectorAll(`[data-presence="${Number(user)}"]`)) {
    mark.hidden = !online;
  }
});
