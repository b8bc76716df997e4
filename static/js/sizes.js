// Sizes of files in words, and of pictures on screen; the server does the same for what is sent.

const BOX = [330, 240];
const LEAST = 60;

/**
 * A number of bytes as people say it: "84 KB", "1.4 MB".
 * @param {number} size
 */
export function inWords(size) {
  const kilobytes = Math.max(1, Math.round(size / 1024));
  if (kilobytes < 1024) return `${kilobytes} KB`;
  const megabytes = size / 1024 ** 2;
  return `${megabytes.toFixed(megabytes >= 10 ? 0 : 1)} MB`;
}

/**
 * Width and height in px at which a picture that stands alone is shown.
 * @param {{width?: number, height?: number}} file
 */
export function boxOf({ width, height }) {
  const [across, down] = [width || BOX[0], height || BOX[1]];
  const scale = Math.min(BOX[0] / across, BOX[1] / down, 1);
  return [across, down].map((edge) => Math.max(LEAST, Math.round(edge * scale)));
}

/**
 * The kind of a file as its name says it: "PDF".
 * @param {string} name
 */
export function ending(name) {
  return /.\.([^.]+)$/.exec(name)?.[1].toUpperCase().slice(0, 8) ?? "File";
}
