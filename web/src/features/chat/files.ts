/** Addresses of files: of a conversation as they are now, of a run as it answered with them. */
import { apiUrl } from "@/api/client";
import type { FileRef } from "@/api/types";

/** `/conversations/<id>` or `/runs/<id>`: whose files. */
export type Place = string;

/** `isInline`: to look at in the page, else to download. The blob tells versions of one path apart. */
export function fileUrl(
  place: Place,
  file: Pick<FileRef, "path" | "blob">,
  isInline = false,
): string {
  const path = file.path.split("/").map(encodeURIComponent).join("/");
  const version = file.blob?.replace(/^sha256:/, "").slice(0, 12);
  return apiUrl(`${place}/files/${path}`, {
    inline: isInline ? 1 : null,
    v: version,
  });
}

/** Where a picture or link of an answer leads: a relative address is a file beside it. */
export function answerUrl(place: Place, url: string): string | null {
  if (/^(https?:|mailto:)/i.test(url)) return url;
  if (/^[a-z][a-z0-9+.-]*:/i.test(url) || url.startsWith("//") || url.startsWith("#")) return null;
  if (url.startsWith("/")) return url.startsWith("/api/v1/") ? url : null;
  const path = url.replace(/^\.\//, "").split(/[?#]/)[0] ?? "";
  return fileUrl(place, { path: safeDecode(path) }, true);
}

/** Whether an address in an answer names this file. */
export function isSamePath(path: string, url: string): boolean {
  return safeDecode(url).replace(/^\.?\//, "") === path;
}

function safeDecode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
