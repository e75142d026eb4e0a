import { clsx } from "clsx";
import { CopyButton } from "./code_block";

interface Props {
  text: string;
  /** What is copied, for the button's name. */
  label: string;
  /** Whole, over several lines. */
  isWhole?: boolean;
  className?: string;
}

/** Something to be taken elsewhere exactly as it is. */
export function CopyLine({ text, label, isWhole = false, className }: Props) {
  return (
    <span
      className={clsx(
        "flex min-w-0 items-center gap-1 rounded-md border border-line-strong bg-canvas pl-2.5",
        className,
      )}
    >
      <code
        className={clsx("min-w-0 grow py-1.5 text-12", isWhole ? "break-all" : "truncate")}
        title={isWhole ? undefined : text}
      >
        {text}
      </code>
      <CopyButton text={text} label={`Copy ${label}`} className="shrink-0" />
    </span>
  );
}
