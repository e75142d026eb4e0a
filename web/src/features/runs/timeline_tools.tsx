import { clsx } from "clsx";
import { Maximize2, ZoomIn, ZoomOut } from "lucide-react";
import type { ReactNode } from "react";
import { count } from "@/lib/format";
import { IconButton } from "@/ui/button";
import { type View, WHOLE, zoom } from "./scale";
import type { TimelineRow } from "./timeline";

interface Props {
  rows: readonly TimelineRow[];
  view: View;
  onView: (view: View) => void;
  passedGates: boolean;
  onPassedGates: (shown: boolean) => void;
  canFold: boolean;
  isFolded: boolean;
  onFolded: (folded: boolean) => void;
}

/** What is shown, and how near. */
export function TimelineTools(props: Props) {
  const { rows, view, onView } = props;
  const gates = rows.filter((row) => row.kind === "gate").length;
  const isWhole = view.from === 0 && view.to === 1;
  return (
    <div className="flex h-9 shrink-0 items-center gap-1 pr-1.5 pl-2 md:pr-2 md:pl-3">
      <span className="tabular mr-1 text-12 text-ink-3">{count(rows.length - gates, "step")}</span>
      {gates > 0 && (
        <Toggle isOn={props.passedGates} onChange={props.onPassedGates}>
          {count(gates, "gate check")}
        </Toggle>
      )}
      {props.canFold && (
        <Toggle isOn={props.isFolded} onChange={props.onFolded}>
          Fold waiting
        </Toggle>
      )}
      <span className="grow" />
      <IconButton
        icon={ZoomOut}
        label="Zoom out"
        keys="-"
        disabled={isWhole}
        onClick={() => onView(zoom(view, 2))}
      />
      <IconButton
        icon={Maximize2}
        label="Fit the whole run"
        keys="0"
        disabled={isWhole}
        onClick={() => onView(WHOLE)}
      />
      <IconButton icon={ZoomIn} label="Zoom in" keys="=" onClick={() => onView(zoom(view, 0.5))} />
    </div>
  );
}

interface ToggleProps {
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  children: ReactNode;
}

export function Toggle({ isOn, onChange, children }: ToggleProps) {
  return (
    <button
      type="button"
      aria-pressed={isOn}
      onClick={() => onChange(!isOn)}
      className={clsx(
        "h-6 rounded-md border px-2 text-12 whitespace-nowrap transition-colors duration-120",
        isOn
          ? "border-accent-line/40 bg-accent-soft text-accent-text"
          : "border-line text-ink-2 hover:border-line-strong hover:text-ink",
      )}
    >
      {children}
    </button>
  );
}
