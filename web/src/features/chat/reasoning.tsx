import { useState } from "react";
import { FoldLine } from "./steps";

/** What the model thought before it spoke, folded. */
export function Reasoning({ text, isLive }: { text: string; isLive: boolean }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div>
      <FoldLine isOpen={isOpen} onClick={() => setOpen(!isOpen)}>
        <span className={isLive ? "pulse-live" : undefined}>{isLive ? "Thinking" : "Thought"}</span>
      </FoldLine>
      {isOpen && (
        <p className="mt-1 border-l-2 border-line pl-3.5 text-13 whitespace-pre-wrap text-ink-2">
          {text}
        </p>
      )}
    </div>
  );
}
