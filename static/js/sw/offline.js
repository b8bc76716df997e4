// The page in place of one that cannot be had: drawn by the server beforehand, the same for everybody.
import { ofShell } from "hallway/sw/shell";

/**
 * An answer with another text than the one it is like.
 * @param {string} text
 * @param {Response} like gives the headers, the content policy among them
 */
function rewritten(text, like) {
  const headers = new Headers(like.headers);
  // The text is plain, however the original travelled.
  for (const name of ["Content-Encoding", "Content-Length", "ETag"]) headers.delete(name);
  return new Response(text, { headers });
}

/**
 * The page that says why there is nothing to see.
 * @param {"offline" | "left" | "closed"} why
 */
export async function offlinePage(why) {
  const page = await ofShell("/offline");
  if (!page) return Response.error();
  const text = await page.text();
  return rewritten(text.replace('data-why="offline"', `data-why="${why}"`), page);
}
