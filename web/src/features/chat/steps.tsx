import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { count, duration } from "@/lib/format";
import { StepLine } from "./step_line";
import type { StepItem } from "./transcript";

/** More lines than this fold to one, the last ones stay in sight. */
const SHOWN = 4;

/** Steps that follow each other without a word between. */
export function Steps({ steps }: { steps: StepItem[] }) {
  const [isOpen, setOpen] = useState(false);
  const folded = isOpen || steps.length <= SHOWN + 1 ? [] : steps.slice(0, -SHOWN);
  const shown = steps.slice(folded.length);
  return (
    <ul aria-label="Steps" className="flex flex-col">
      {folded.length > 0 && (
        <li>
          <FoldLine onClick={() => setOpen(true)} isOpen={false}>
            {count(folded.length, "earlier step")} <Span steps={folded} />
          </FoldLine>
        </li>
      )}
      {shown.map((step) => (
        <StepLine key={step.key} step={step} />
      ))}
    </ul>
  );
}

function Span({ steps }: { steps: StepItem[] }) {
  const begin = steps[0]?.startedAt;
  const end = steps.at(-1)?.endedAt;
  if (begin == null || end == null) return null;
  return <span className="tabular">· {duration(end - begin)}</span>;
}

interface FoldLineProps {
  isOpen: boolean;
  onClick: () => void;
  children: React.ReactNode;
}

/** The line that stands for many. */
export function FoldLine({ isOpen, onClick, children }: FoldLineProps) {
  return (
    <button
      type="button"
      aria-expanded={isOpen}
      onClick={onClick}
      className="-mx-2 flex h-7 items-center gap-2 rounded-md px-2 text-ink-3 transition-colors duration-120 hover:bg-hover hover:text-ink max-md:h-9"
    >
      <ChevronRight
        size={14}
        aria-hidden
        className={`transition-transform duration-120 ${isOpen ? "rotate-90" : ""}`}
      />
      <span>{children}</span>
    </button>
  );
}
