import { useState } from "react";
import { Button } from "@/ui/button";

interface Props {
  label: string;
  /** Told apart from others of its kind. */
  name?: string;
  /** What the second press does, in words. */
  answer: string;
  tone?: "default" | "quiet";
  isBusy: boolean;
  onYes: () => void;
}

/** For what can't be undone: asked in place, not in front of everything. */
export function AskedButton({ label, name, answer, tone = "quiet", isBusy, onYes }: Props) {
  const [isAsked, setAsked] = useState(false);
  if (!isAsked)
    return (
      <Button size="sm" tone={tone} aria-label={name} onClick={() => setAsked(true)}>
        {label}
      </Button>
    );
  return (
    <span className="flex gap-1.5">
      <Button size="sm" onClick={() => setAsked(false)}>
        Keep it
      </Button>
      <Button size="sm" tone="danger" isBusy={isBusy} onClick={onYes} autoFocus>
        {answer}
      </Button>
    </span>
  );
}
