// Photos of a phone are larger than anybody looks at: they are scaled down before they travel.

const LONGEST_EDGE = 2560;
const SMALL_ENOUGH = 1 << 20;
const QUALITY = 0.85;
// Not GIF and WebP, which may move; not SVG, which the server refuses in its own words.
const PHOTO = /^image\/(jpeg|png|bmp|heic|heif|avif|tiff)$/;
const ENDINGS = { "image/jpeg": "jpg", "image/webp": "webp" };

/** @param {{type: string}} file whether it may become smaller */
export const isPhoto = (file) => PHOTO.test(file.type);

/**
 * A photo as it will travel: smaller, if that is possible, else as it is.
 * @param {File | Blob} file
 * @param {string} [name] where it has none of its own
 * @returns {Promise<{blob: Blob, name: string, width?: number, height?: number}>}
 */
export async function shrink(file, name = file.name) {
  const asItIs = { blob: file, name };
  if (!isPhoto(file)) return asItIs;
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    // Not every browser decodes HEIC; the server does.
    return asItIs;
  }
  const scale = Math.min(1, LONGEST_EDGE / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const wanted = scale < 1 || file.size > SMALL_ENOUGH;
  const blob = wanted ? await drawn(bitmap, width, height, typeFor(file)) : null;
  bitmap.close();
  if (!blob || blob.size >= file.size) return { ...asItIs, width, height };
  return { blob, name: renamed(name, blob.type), width, height };
}

// What may be see-through must stay so.
const typeFor = (file) => (file.type === "image/png" ? "image/webp" : "image/jpeg");

async function drawn(bitmap, width, height, type) {
  const canvas = canvasOf(width, height);
  const context = canvas?.getContext("2d");
  if (!context) return null;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  const blob = await (canvas.convertToBlob
    ? canvas.convertToBlob({ type, quality: QUALITY })
    : new Promise((resolve) => canvas.toBlob(resolve, type, QUALITY)));
  canvas.width = 0;
  // A browser that cannot write a type writes PNG instead.
  return blob?.type === type ? blob : null;
}

// The service worker has no document; older browsers draw nowhere else.
function canvasOf(width, height) {
  if (globalThis.OffscreenCanvas) return new OffscreenCanvas(width, height);
  const canvas = globalThis.document?.createElement("canvas");
  return canvas && Object.assign(canvas, { width, height });
}

function renamed(name, type) {
  return `${name.replace(/\.[^.]*$/, "") || "photo"}.${ENDINGS[type]}`;
}
