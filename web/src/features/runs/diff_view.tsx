import { clsx } from "clsx";
import { useMemo } from "react";
import { type DiffLine, diffLines, hunks } from "./line_diff";

/** Two texts, only what changed and a little around it. */
export function DiffView({
  before,
  after,
  label,
}: {
  before: string;
  after: string;
  label: string;
}) {
  const lines = useMemo(() => diffLines(before, after), [before, after]);
  const isSame = lines.every((line) => line.kind === "same");
  if (isSame) return <p className="text-12 text-ink-3">No difference.</p>;
  return <DiffLines lines={lines} label={label} />;
}

export function DiffLines({ lines, label }: { lines: readonly DiffLine[]; label: string }) {
  const parts = useMemo(() => hunks(lines), [lines]);
  const added = lines.filter((line) => line.kind === "added").length;
  const removed = lines.filter((line) => line.kind === "removed").length;
  return (
    <figure className="min-w-0 overflow-hidden rounded-lg border border-line bg-sunken">
      <figcaption className="flex h-7 items-center gap-2 border-b border-line px-3 text-11 text-ink-3">
        <span className="truncate">{label}</span>
        <span className="tabular ml-auto text-ok">+{added}</span>
        <span className="tabular text-bad">−{removed}</span>
      </figcaption>
      <div tabIndex={0} className="max-h-120 overflow-auto py-1 outline-offset-[-2px]">
        <div className="w-fit min-w-full font-mono text-12 leading-4.5">
          {parts.map((hunk, at) => (
            <div key={at}>
              {hunk.skipped > 0 && (
                <p className="my-1 bg-hover px-3 text-11 text-ink-3">
                  {hunk.skipped} unchanged lines
                </p>
              )}
              {hunk.lines.map((line, index) => (
                <Line key={index} line={line} />
              ))}
            </div>
          ))}
        </div>
      </div>
    </figure>
  );
}

const LOOKS = {
  same: { mark: " ", row: "", word: "" },
  added: { mark: "+", row: "bg-ok-soft text-ok", word: "added: " },
  removed: { mark: "−", row: "bg-bad-soft text-bad", word: "removed: " },
};

function Line({ line }: { line: DiffLine }) {
  const { mark, row, word } = LOOKS[line.kind];
  return (
    <div className={clsx("flex whitespace-pre", row)}>
      <span aria-hidden className="tabular w-9 shrink-0 pr-2 text-right text-ink-3 select-none">
        {line.after ?? line.before}
      </span>
      <span aria-hidden className="w-4 shrink-0 select-none">
        {mark}
      </span>
      <span className="pr-3">
        {word && <span className="sr-only">{word}</span>}
        {line.text || " "}
      </span>
    </div>
  );
}
