/** Finding one's way in a definition's YAML as text, without rewriting a byte of it. */

/**
 * The line (from 1) where `field` (`limits.cost_usd`, `rules.0.effect`) is written, or that of
 * its nearest ancestor that is, or null.
 */
export function lineOfField(yaml: string, field: string): number | null {
  const path = field.split(/[.[\]]+/).filter((part) => part !== "" && part !== "body");
  const lines = yaml.split("\n");
  let from = 0;
  let to = lines.length;
  let found: number | null = null;
  for (const part of path) {
    const index = /^\d+$/.test(part)
      ? nthItem(lines, from, to, Number(part))
      : keyLine(lines, from, to, part);
    if (index === null) return found;
    found = index + 1;
    const isItem = /^\d+$/.test(part);
    to = blockEnd(lines, index, to, isItem);
    from = isItem ? index : index + 1;
  }
  return found;
}

/** Only keys of the block's own column count: what stands deeper is another block or a text. */
function keyLine(lines: string[], from: number, to: number, key: string): number | null {
  let column: number | null = null;
  for (let index = from; index < to; index++) {
    const line = (lines[index] ?? "").replace(/^\s*- /, (dash) => " ".repeat(dash.length));
    const match = /^\s*["']?([^"'#:]+?)["']?\s*:/.exec(line);
    if (match === null) continue;
    column ??= indentOf(line);
    if (match[1]?.trim() === key && indentOf(line) === column) return index;
  }
  return null;
}

function nthItem(lines: string[], from: number, to: number, n: number): number | null {
  let indent: number | null = null;
  let count = -1;
  for (let index = from; index < to; index++) {
    const match = /^(\s*)-(\s|$)/.exec(lines[index] ?? "");
    if (match === null) continue;
    indent ??= (match[1] ?? "").length;
    if ((match[1] ?? "").length === indent) count++;
    if (count === n) return index;
  }
  return null;
}

function blockEnd(lines: string[], start: number, to: number, isItem: boolean): number {
  const indent = indentOf(lines[start] ?? "");
  for (let index = start + 1; index < to; index++) {
    const line = lines[index] ?? "";
    if (line.trim() === "" || line.trim().startsWith("#")) continue;
    const isNextItem = /^\s*-(\s|$)/.test(line);
    const depth = indentOf(line);
    // A list may stand at the same indent as its key.
    if (depth < indent || (depth === indent && (isItem || !isNextItem))) return index;
  }
  return to;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** The value of a plain top-level key, as written; null if there is none. */
export function topLevelText(yaml: string, key: string): string | null {
  const match = new RegExp(`^${key}:[ \\t]*(.+?)[ \\t]*(?:#.*)?$`, "m").exec(yaml);
  return match?.[1]?.replace(/^["']|["']$/g, "") ?? null;
}

/** The same definition under another name: only the name's line changes. */
export function renamed(yaml: string, name: string): string {
  return /^name:.*$/m.test(yaml)
    ? yaml.replace(/^name:.*$/m, `name: ${name}`)
    : `name: ${name}\n${yaml}`;
}

export function freeName(wanted: string, taken: readonly string[]): string {
  const names = new Set(taken);
  if (!names.has(wanted)) return wanted;
  let n = 2;
  while (names.has(`${wanted}-${n}`)) n++;
  return `${wanted}-${n}`;
}
