/** The organisation's colours as the page's own. */
import type { CSSProperties } from "react";

interface Branding {
  product_name?: string | null;
  accent?: string | null;
  accent_dark?: string | null;
  has_logo?: boolean;
}

const HEX = /^#[0-9a-f]{6}$/i;

/** Variables for an element that everything branded stands in; empty where cadre's own colours are used. */
export function brandStyle(branding: Branding, isDark: boolean): CSSProperties {
  const accent = (isDark && branding.accent_dark) || branding.accent;
  if (!accent || !HEX.test(accent)) return {};
  // Text also stands on the soft ground of what is chosen, so it keeps away from that.
  const text = `oklch(from ${accent} ${isDark ? "max(l, 0.77)" : "min(l, 0.48)"} c h)`;
  const mixed = (share: number) => `color-mix(in oklch, ${accent} ${share}%, var(--surface))`;
  return {
    "--accent": accent,
    "--accent-hover": `color-mix(in oklch, ${accent} 88%, black)`,
    "--accent-ink": inkOn(accent),
    "--accent-line": text,
    "--accent-text": text,
    "--accent-soft": mixed(isDark ? 16 : 8),
    "--selection": mixed(isDark ? 40 : 25),
  } as CSSProperties;
}

/** Black or white, whichever reads better on a colour (WCAG 2 contrast). */
export function inkOn(hex: string): "#000000" | "#ffffff" {
  const light = luminance(hex);
  return 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 ? "#ffffff" : "#000000";
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function productName(branding: Branding): string {
  return branding.product_name || "cadre";
}
