/** The way back to where somebody was before they had to sign in. */

/** Pages of people who are not in yet: nobody is sent back to one. */
const ENTRANCES = /^\/(signin|register|forgotten|invitation|reset|verify)(\/|$)/;

/** `wanted` if it is a path of this console, else the first page: a link can't send people away. */
export function ownPath(wanted: string | undefined): string {
  if (!wanted?.startsWith("/")) return "/";
  const url = URL.canParse(wanted, HERE) ? new URL(wanted, HERE) : null;
  if (url === null || url.origin !== HERE || ENTRANCES.test(url.pathname)) return "/";
  return url.pathname + url.search + url.hash;
}

/** Any name serves: only what leads away from it matters. */
const HERE = "https://console.invalid";

/** The token of a link: what stands behind `token=` in it, or all of it. */
export function tokenIn(given: string): string {
  const inLink = /[?&#]token=([^&\s]+)/.exec(given)?.[1];
  return inLink === undefined ? given.trim() : decodeURIComponent(inLink);
}

/** The token of the letter that led here. It stands behind `#`, where no server sees it. */
export function letterToken(): string {
  const { hash } = globalThis.location;
  return hash.includes("token=") ? tokenIn(hash) : "";
}
