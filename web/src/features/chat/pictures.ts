/** Files of an answer: pictures that belong together, and the rest. */
import type { FileRef } from "@/api/types";

export interface Picture {
  name: string;
  title: string;
  /** The one to look at. */
  shown: FileRef;
  /** Every format that there is. */
  formats: FileRef[];
}

const LOOK_AT = ["image/svg+xml", "image/png", "image/webp", "image/jpeg", "image/gif"];

function rank({ media_type }: FileRef): number {
  const place = LOOK_AT.indexOf(media_type);
  return place < 0 ? LOOK_AT.length : place;
}

export function isPicture(file: FileRef): boolean {
  return file.media_type.startsWith("image/");
}

/** One picture per stem: a chart drawn as SVG and PNG is one chart. */
export function sortFiles(files: readonly FileRef[]): { pictures: Picture[]; others: FileRef[] } {
  const byStem = new Map<string, FileRef[]>();
  for (const file of files.filter(isPicture)) {
    const stem = file.path.replace(/\.[^./]+$/, "");
    byStem.set(stem, [...(byStem.get(stem) ?? []), file]);
  }
  const pictures = [...byStem].map(([stem, formats]): Picture => {
    const [shown = formats[0] as FileRef] = [...formats].sort((a, b) => rank(a) - rank(b));
    const name = stem.slice(stem.lastIndexOf("/") + 1);
    return { name, title: formats.find(({ title }) => title)?.title ?? name, shown, formats };
  });
  return { pictures, others: files.filter((file) => !isPicture(file) && !isSpec(file, byStem)) };
}

/** A chart's specification is a file like any other, but nobody asked to see it beside its picture. */
function isSpec(file: FileRef, pictures: Map<string, FileRef[]>): boolean {
  return (
    /\.(vl|vega)?\.?json$/.test(file.path) &&
    pictures.has(file.path.replace(/(\.vl|\.vega)?\.json$/, ""))
  );
}

/** The name only, for people. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
