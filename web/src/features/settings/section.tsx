import type { ReactNode } from "react";

interface Props {
  title: string;
  /** What this is for, in a sentence. */
  hint?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
}

/** A part of a page of settings: a heading, what it is for, its content. */
export function Section({ title, hint, action, children }: Props) {
  return (
    <section className="border-b border-line px-4 py-5 last:border-b-0">
      <header className="mb-3 flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-0 grow">
          <h2 className="text-14 font-semibold">{title}</h2>
          {hint && <p className="mt-0.5 max-w-150 text-ink-2">{hint}</p>}
        </div>
        {action}
      </header>
      {children}
    </section>
  );
}
