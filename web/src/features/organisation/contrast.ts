/** Colours that people can read: the contrast of WCAG 2, at least 4.5 to 1. */

export const LEAST = 4.5;
export const LIGHT = "#ffffff";
export const DARK = "#16181d";

const HEX = /^#[0-9a-f]{6}$/i;

export function isColour(text: string): boolean {
  return HEX.test(text);
}

/** From 1 (the same) to 21 (black and white). */
export function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

/** `colour`, or the nearest to it that can be read on `ground`: towards black or white. */
export function readable(colour: string, ground: string): string {
  const towards = luminance(ground) > 0.5 ? 0 : 255;
  for (let share = 0; share <= 100; share++) {
    const mixed = channels(colour).map((channel) =>
      Math.round(channel + ((towards - channel) * share) / 100),
    );
    const hex = `#${mixed.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
    if (contrast(hex, ground) >= LEAST) return hex;
  }
  return towards === 0 ? "#000000" : "#ffffff";
}
