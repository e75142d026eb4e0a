import { CircleAlert, CircleCheck } from "lucide-react";
import { inkOn } from "@/features/signin/brand";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { contrast, isColour, LEAST, LIGHT, readable } from "./contrast";

interface Props {
  label: string;
  /** What it is read on. */
  ground: string;
  value: string;
  onChange: (colour: string) => void;
}

/** A colour with what it looks like and whether it can be read, as it is chosen. */
export function AccentField({ label, ground, value, onChange }: Props) {
  const shown = isColour(value) ? value : ground === LIGHT ? "#4649c9" : "#a3adff";
  return (
    <div className="flex flex-col gap-2">
      <Field label={label}>
        {(ids) => (
          <span className="flex items-center gap-2">
            <input
              type="color"
              aria-label={`${label}, chosen from a palette`}
              value={shown}
              onChange={({ target }) => onChange(target.value)}
              className="h-8 w-10 shrink-0 cursor-pointer rounded-md border border-line-strong bg-surface p-0.5 max-md:h-10"
            />
            <Input
              {...ids}
              value={value}
              placeholder="cadre's own"
              spellCheck={false}
              className="w-36 font-mono"
              onChange={({ target }) => onChange(target.value.trim())}
            />
          </span>
        )}
      </Field>
      <Preview colour={shown} ground={ground} />
      <Verdict value={value} ground={ground} onChange={onChange} />
    </div>
  );
}

function Preview({ colour, ground }: { colour: string; ground: string }) {
  return (
    <div
      aria-hidden
      className="flex items-center gap-3 rounded-md border border-line px-3 py-2.5"
      style={{ background: ground }}
    >
      <span
        className="rounded-md px-3 py-1 text-12 font-medium"
        style={{ background: colour, color: inkOn(colour) }}
      >
        Send
      </span>
      <span className="text-13" style={{ color: colour }}>
        A link
      </span>
    </div>
  );
}

function Verdict({ value, ground, onChange }: Omit<Props, "label">) {
  if (value === "") return <p className="text-12 text-ink-3">Empty: as cadre ships.</p>;
  if (!isColour(value))
    return (
      <p role="status" className="text-12 text-bad">
        Write a colour as #0b57d0.
      </p>
    );
  const found = contrast(value, ground);
  const isRight = found >= LEAST;
  const Icon = isRight ? CircleCheck : CircleAlert;
  return (
    <p
      role="status"
      className={`flex flex-wrap items-center gap-1.5 text-12 ${isRight ? "text-ok" : "text-bad"}`}
    >
      <Icon size={14} aria-hidden className="shrink-0" />
      {found.toFixed(1)} to 1
      {isRight
        ? ": easy to read"
        : `: too ${ground === LIGHT ? "light" : "dark"}, ${LEAST} are needed`}
      {!isRight && (
        <Button size="sm" onClick={() => onChange(readable(value, ground))}>
          Use {readable(value, ground)}
        </Button>
      )}
    </p>
  );
}
