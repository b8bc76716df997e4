// What another app shares with Hallway: taken by the device itself, without signal too. It waits
// for its reader to choose a conversation (incoming.js), and never reaches the server before.
import { sharedOf } from "hallway/handed";
import { whoseHere } from "hallway/whose";

/**
 * Keep what is shared, and lead to the list of conversations.
 * @param {Request} request
 */
export async function take(request) {
  const { user } = await whoseHere();
  if (!user) return Response.redirect("/sign-in?next=/messages", 303);
  const form = await request.formData();
  const words = ["title", "text", "url"].map((name) => form.get(name)?.trim()).filter(Boolean);
  const files = form.getAll("files").filter((file) => file.size);
  try {
    const cache = await sharedOf(user);
    await Promise.all((await cache.keys()).map((key) => cache.delete(key)));
    await Promise.all(files.map((file, number) => cache.put(`/shared/files/${number}`, held(file))));
    await cache.put("/shared/text", new Response([...new Set(words)].join("\n")));
  } catch {
    // The device is full: the page cannot say more than that nothing came.
  }
  return Response.redirect("/messages", 303);
}

const held = (file) =>
  new Response(file, {
    headers: { "Content-Type": file.type, "X-Name": encodeURIComponent(file.name) },
  });
