/** Two texts compared line by line (longest common subsequence, trimmed at both ends). */
export interface DiffLine {
  kind: "same" | "added" | "removed";
  text: string;
  before: number | null;
  after: number | null;
}

/** Beyond this many compared pairs the middle is shown as removed and added whole. */
const MOST_PAIRS = 4_000_000;

export function diffLines(before: string, after: string): DiffLine[] {
  const a = lines(before);
  const b = lines(after);
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  ) {
    tail++;
  }
  const kinds = [
    ...Array<DiffLine["kind"]>(head).fill("same"),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...Array<DiffLine["kind"]>(tail).fill("same"),
  ];
  return number(kinds, a, b);
}

function lines(text: string): string[] {
  if (text === "") return [];
  return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
}

function middle(a: string[], b: string[]): DiffLine["kind"][] {
  if (a.length * b.length > MOST_PAIRS) {
    return [...a.map(() => "removed" as const), ...b.map(() => "added" as const)];
  }
  const width = b.length + 1;
  const common = commonLengths(a, b, width);
  const kinds: DiffLine["kind"][] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      kinds.push("same");
      i++;
      j++;
    } else if (at(common, (i + 1) * width + j) >= at(common, i * width + j + 1)) {
      kinds.push("removed");
      i++;
    } else {
      kinds.push("added");
      j++;
    }
  }
  for (; i < a.length; i++) kinds.push("removed");
  for (; j < b.length; j++) kinds.push("added");
  return kinds;
}

/** How long the common subsequence of what is left is, at each pair of places. */
function commonLengths(a: string[], b: string[], width: number): Uint32Array {
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] =
        a[i] === b[j]
          ? at(common, (i + 1) * width + j + 1) + 1
          : Math.max(at(common, (i + 1) * width + j), at(common, i * width + j + 1));
    }
  }
  return common;
}

function at(table: Uint32Array, index: number): number {
  return table[index] ?? 0;
}

function number(kinds: DiffLine["kind"][], a: string[], b: string[]): DiffLine[] {
  let before = 0;
  let after = 0;
  return kinds.map((kind) => {
    if (kind === "removed") {
      before++;
      return { kind, text: a[before - 1] ?? "", before, after: null };
    }
    after++;
    if (kind === "added") return { kind, text: b[after - 1] ?? "", before: null, after };
    before++;
    return { kind, text: a[before - 1] ?? "", before, after };
  });
}

export interface DiffHunk {
  lines: DiffLine[];
  /** How many unchanged lines were left out before this hunk. */
  skipped: number;
}

/** Only the changes, with a few lines around them. */
export function hunks(all: readonly DiffLine[], around = 3): DiffHunk[] {
  const keep = new Set<number>();
  all.forEach((line, index) => {
    if (line.kind === "same") return;
    for (let near = index - around; near <= index + around; near++) keep.add(near);
  });
  const found: DiffHunk[] = [];
  let skipped = 0;
  let open: DiffHunk | null = null;
  all.forEach((line, index) => {
    if (!keep.has(index)) {
      skipped++;
      open = null;
      return;
    }
    if (open === null) {
      open = { lines: [], skipped };
      found.push(open);
      skipped = 0;
    }
    open.lines.push(line);
  });
  return found;
}

/** A unified diff that a tool wrote, read back as lines; null if the text is not one. */
export function readUnifiedDiff(text: string): DiffLine[] | null {
  if (!/^@@ -\d+(,\d+)? \+\d+(,\d+)? @@/m.test(text)) return null;
  const found: DiffLine[] = [];
  let before = 0;
  let after = 0;
  const hasBegun = () => before > 0 || after > 0;
  for (const line of lines(text)) {
    const header = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(line);
    if (header !== null) {
      before = Number(header[1]);
      after = Number(header[2]);
    } else if (!hasBegun() || /^(---|\+\+\+|diff |index |\\)/.test(line)) {
    } else if (line.startsWith("+")) {
      found.push({ kind: "added", text: line.slice(1), before: null, after: after++ });
    } else if (line.startsWith("-")) {
      found.push({ kind: "removed", text: line.slice(1), before: before++, after: null });
    } else {
      found.push({ kind: "same", text: line.slice(1), before: before++, after: after++ });
    }
  }
  return found;
}
