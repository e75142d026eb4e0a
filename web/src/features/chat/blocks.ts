/**
 * Markdown cut at its top-level blocks. While text streams in only the last block changes, so
 * all others stay parsed and drawn: 17,000 characters cost a second in all instead of eleven.
 */

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const LIST_ITEM = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;
const CONTINUES = /^(?: {2,}|\t)/;
const DEFINITION = /^ {0,3}\[[^\]]+\]:\s*\S/;

interface Reader {
  blocks: string[];
  lines: string[];
  fence: string | null;
  isMath: boolean;
}

export function splitBlocks(markdown: string): string[] {
  const reader: Reader = { blocks: [], lines: [], fence: null, isMath: false };
  const lines = markdown.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (reader.fence !== null || reader.isMath) takeInside(reader, line);
    else if (line.trim() !== "") takeOutside(reader, line);
    else if (isListGoingOn(reader, nextText(lines, at))) reader.lines.push(line);
    else close(reader);
  }
  close(reader);
  return withDefinitions(reader.blocks);
}

function takeInside(reader: Reader, line: string): void {
  reader.lines.push(line);
  if (reader.isMath) {
    if (isMathEnd(line)) {
      reader.isMath = false;
      close(reader);
    }
    return;
  }
  const end = FENCE.exec(line)?.[1];
  const open = reader.fence ?? "";
  if (end?.startsWith(open) && line.trim() === end) {
    reader.fence = null;
    close(reader);
  }
}

function takeOutside(reader: Reader, line: string): void {
  const isIndented = CONTINUES.test(line) && reader.lines.length > 0;
  const fence = isIndented ? undefined : FENCE.exec(line)?.[1];
  if (fence) {
    close(reader);
    reader.fence = fence;
  } else if (!isIndented && isMathStart(line)) {
    close(reader);
    reader.isMath = true;
  }
  reader.lines.push(line);
}

function isMathStart(line: string): boolean {
  const text = line.trim();
  return (
    (text.startsWith("$$") && !text.slice(2).includes("$$")) ||
    (text.startsWith("\\[") && !text.includes("\\]"))
  );
}

function isMathEnd(line: string): boolean {
  const text = line.trim();
  return text.endsWith("$$") || text.endsWith("\\]");
}

function nextText(lines: string[], at: number): string {
  for (let next = at + 1; next < lines.length; next++) {
    if (lines[next]?.trim()) return lines[next] ?? "";
  }
  return "";
}

/** A list may have blank lines between its items and inside them. */
function isListGoingOn(reader: Reader, next: string): boolean {
  if (!LIST_ITEM.test(reader.lines[0] ?? "")) return false;
  return LIST_ITEM.test(next) || (CONTINUES.test(next) && next !== "");
}

function close(reader: Reader): void {
  const block = reader.lines.join("\n");
  if (block.trim() !== "") reader.blocks.push(block);
  reader.lines = [];
}

/** Link targets are defined once, often at the end, and used from any block. */
function withDefinitions(blocks: string[]): string[] {
  const definitions = blocks.flatMap((block) =>
    block.startsWith("`") ? [] : block.split("\n").filter((line) => DEFINITION.test(line)),
  );
  if (definitions.length === 0) return blocks;
  const all = definitions.join("\n");
  return blocks.map((block) =>
    /\[[^\]]+\]/.test(block) && !FENCE.test(block) ? `${block}\n\n${all}` : block,
  );
}

export interface Fence {
  language: string;
  code: string;
}

/** A block that is one fence, closed or still open: code needs no markdown parser. */
export function asFence(block: string): Fence | null {
  const [first = "", ...rest] = block.split("\n");
  const mark = FENCE.exec(first)?.[1];
  if (!mark) return null;
  const isClosed = rest.length > 0 && (rest.at(-1) ?? "").trim() === mark;
  const info = first.trim().slice(mark.length).trim();
  const language = info.split(/[\s{]/)[0] ?? "";
  return { language, code: (isClosed ? rest.slice(0, -1) : rest).join("\n") };
}
