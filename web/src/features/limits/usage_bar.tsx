import { clsx } from "clsx";
import { OctagonX, TriangleAlert } from "lucide-react";
import { count } from "@/lib/format";
import { type Limit, shareOf } from "./rules";

const NEAR = 0.8;

/** How full the fullest window of a rule is just now. */
export function UsageBar({ limit, name }: { limit: Limit; name: string }) {
  const { fullest } = limit;
  const share = fullest === null ? 0 : Math.min(1, shareOf(fullest));
  const isReached = fullest !== null && share >= 1;
  const isNear = share >= NEAR && !isReached;
  return (
    <span className="flex min-w-40 grow basis-48 items-center gap-2">
      <span
        role="progressbar"
        aria-label={`Used: ${name}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        className="relative h-2 min-w-16 grow overflow-hidden rounded-full bg-active"
      >
        <span
          className={clsx(
            "absolute inset-y-0 left-0",
            isReached ? "bg-bad" : isNear ? "bg-warn" : "bg-accent",
          )}
          style={{ width: `${share * 100}%` }}
        />
      </span>
      <span
        title={fullest ? whose(fullest.subject) : undefined}
        className={clsx(
          "tabular inline-flex w-24 shrink-0 items-center justify-end gap-1 text-12",
          isReached ? "text-bad" : isNear ? "text-warn" : "text-ink-3",
        )}
      >
        {isReached && <OctagonX size={12} aria-hidden />}
        {isNear && <TriangleAlert size={12} aria-hidden />}
        {fullest === null ? "unused" : isReached ? "reached" : `${count(fullest.used)} used`}
      </span>
    </span>
  );
}

function whose(subject: string): string {
  return subject === "org" ? "The organisation" : `The fullest: ${subject}`;
}
