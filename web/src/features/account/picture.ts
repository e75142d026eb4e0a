/** Pictures of people: a square of a few kilobytes, whatever came out of the camera. */

const SIDE = 256;

export class NotAPicture extends Error {
  constructor() {
    super("The browser can't read this file as a picture. Choose a PNG, JPEG or WebP.");
  }
}

/** The middle of `file` as a small square. */
export async function squareOf(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new NotAPicture();
  });
  const side = Math.min(bitmap.width, bitmap.height);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext("2d");
  if (context === null) throw new NotAPicture();
  context.imageSmoothingQuality = "high";
  const left = (bitmap.width - side) / 2;
  const top = (bitmap.height - side) / 2;
  context.drawImage(bitmap, left, top, side, side, 0, 0, SIDE, SIDE);
  bitmap.close();
  // A browser that can't write WebP writes PNG.
  const made = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/webp", 0.9));
  if (made === null) throw new NotAPicture();
  return made;
}
