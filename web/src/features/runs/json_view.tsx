import { clsx } from "clsx";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { CopyButton } from "@/ui/code_block";
import { readBlob } from "./values";

interface Props {
  value: unknown;
  /** How many levels are open at first. */
  depth?: number;
  className?: string;
}

/** JSON as a tree that opens: big values stay small until they are asked for. */
export function JsonView({ value, depth = 2, className }: Props) {
  return (
    <div
      className={clsx(
        "group/json relative min-w-0 overflow-hidden rounded-lg border border-line bg-sunken",
        className,
      )}
    >
      <CopyButton
        text={JSON.stringify(value, null, 2) ?? "null"}
        className="absolute top-0.5 right-0.5 z-10"
      />
      <div className="overflow-x-auto p-2.5 pr-9 font-mono text-12 leading-4.5">
        <Node value={value} depth={depth} />
      </div>
    </div>
  );
}

interface NodeProps {
  value: unknown;
  depth: number;
  name?: string;
}

function Node({ value, depth, name }: NodeProps) {
  const isBranch = typeof value === "object" && value !== null && Object.keys(value).length > 0;
  if (isBranch)
    return <Branch value={value} depth={depth} {...(name === undefined ? {} : { name })} />;
  return (
    <div className="pl-4">
      {name !== undefined && <Name name={name} />}
      <Leaf value={value} />
    </div>
  );
}

const MOST_SHOWN = 200;

function Branch({ value, depth, name }: NodeProps & { value: object }) {
  const [isOpen, setOpen] = useState(depth > 0);
  const [shown, setShown] = useState(MOST_SHOWN);
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  const blob = readBlob(value);
  return (
    <div>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className="flex items-center rounded-sm text-left hover:bg-hover"
      >
        <ChevronRight
          size={12}
          aria-hidden
          className={clsx(
            "mr-1 shrink-0 text-ink-3 transition-transform duration-120",
            isOpen && "rotate-90",
          )}
        />
        {name !== undefined && <Name name={name} />}
        <span className="text-ink-3">
          {blob
            ? `stored apart, ${blob.size} bytes`
            : isList
              ? `[${entries.length}]`
              : preview(entries, isOpen)}
        </span>
      </button>
      {isOpen && (
        <div className="ml-1.5 border-l border-line pl-2">
          {entries.slice(0, shown).map(([key, inner]) => (
            <Node key={key} name={key} value={inner} depth={depth - 1} />
          ))}
          {entries.length > shown && (
            <button
              type="button"
              className="pl-4 text-accent-text hover:underline"
              onClick={() => setShown(shown + MOST_SHOWN * 5)}
            >
              {entries.length - shown} more
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function preview(entries: [string, unknown][], isOpen: boolean): string {
  if (isOpen) return "{";
  const names = entries.map(([key]) => key).join(", ");
  return `{ ${names.length > 60 ? `${names.slice(0, 60)}…` : names} }`;
}

function Name({ name }: { name: string }) {
  return <span className="mr-1.5 whitespace-pre text-ink-2">{name}:</span>;
}

const LONG_TEXT = 400;

function Leaf({ value }: { value: unknown }) {
  const [isWhole, setWhole] = useState(false);
  if (typeof value !== "string") {
    const empty = Array.isArray(value) ? "[]" : "{}";
    const text = typeof value === "object" && value !== null ? empty : String(value);
    return <span className="tok-constant">{text}</span>;
  }
  const isCut = value.length > LONG_TEXT && !isWhole;
  return (
    <span className="tok-string break-words whitespace-pre-wrap">
      {isCut ? value.slice(0, LONG_TEXT) : value || '""'}
      {isCut && (
        <button
          type="button"
          className="ml-1 text-accent-text hover:underline"
          onClick={() => setWhole(true)}
        >
          … {value.length - LONG_TEXT} more characters
        </button>
      )}
    </span>
  );
}
