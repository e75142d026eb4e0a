import { clsx } from "clsx";
import { CircleAlert, LoaderCircle, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

interface EmptyProps {
  icon?: LucideIcon;
  title: string;
  /** What will appear here, in a sentence. */
  children?: ReactNode;
  /** The one next thing to do. */
  action?: ReactNode;
}

export function EmptyState({ icon: Icon, title, children, action }: EmptyProps) {
  return (
    <div className="mx-auto flex max-w-90 flex-col items-center px-6 py-16 text-center">
      {Icon && <Icon size={24} strokeWidth={1.5} aria-hidden className="mb-3 text-ink-3" />}
      <h2 className="text-14 font-medium text-ink">{title}</h2>
      {children && <div className="mt-1 text-13 text-balance text-ink-2">{children}</div>}
      {action && <div className="mt-4">{action}</div>}
    </div>
  );
}

interface ErrorProps {
  title?: string;
  error: unknown;
  /** What can be done about it: usually one button. */
  action?: ReactNode;
  className?: string;
}

/** What failed and what to do. Takes anything that was thrown. */
export function ErrorNote({ title = "That did not work", error, action, className }: ErrorProps) {
  return (
    <div
      role="alert"
      className={clsx(
        "flex gap-2.5 rounded-lg border border-bad-line bg-bad-soft px-3 py-2.5",
        className,
      )}
    >
      <CircleAlert size={16} aria-hidden className="mt-0.5 shrink-0 text-bad" />
      <div className="min-w-0 grow">
        <p className="font-medium text-bad">{title}</p>
        <p className="mt-0.5 break-words text-ink-2">{sentence(error)}</p>
        {action && <div className="mt-2.5 flex flex-wrap gap-2">{action}</div>}
      </div>
    </div>
  );
}

function sentence(error: unknown): string {
  if (error instanceof Error) return error.message;
  if (typeof error === "string") return error;
  const detail = (error as { detail?: unknown } | null)?.detail;
  return typeof detail === "string" ? detail : "The cause is not known.";
}

/** Shows after 300 ms only: what is quick never flickers. */
export function Spinner({ label = "Loading", className }: { label?: string; className?: string }) {
  return (
    <div
      role="status"
      className={clsx(
        "appear-late flex items-center justify-center gap-2 p-6 text-ink-3",
        className,
      )}
    >
      <LoaderCircle size={16} aria-hidden className="spin-slow" />
      <span>{label}</span>
    </div>
  );
}
