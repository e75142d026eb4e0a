import { clsx } from "clsx";
import { ChevronDown } from "lucide-react";
import { type ComponentProps, type ReactNode, useId } from "react";

const BOX =
  "w-full rounded-md border border-line-strong/80 bg-surface px-2.5 text-13 max-md:text-16 text-ink transition-colors duration-120 hover:border-line-strong focus-visible:border-accent-line focus-visible:outline-1 focus-visible:outline-offset-0 aria-invalid:border-bad disabled:opacity-50";

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input {...rest} className={clsx(BOX, "h-8 max-md:h-10", className)} />;
}

export function TextArea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea {...rest} className={clsx(BOX, "min-h-20 resize-y py-1.5", className)} />;
}

/** The system's own list: best on a phone, and nothing to load. */
export function Select({ className, children, ...rest }: ComponentProps<"select">) {
  return (
    <span className={clsx("relative inline-flex", className)}>
      <select {...rest} className={clsx(BOX, "h-8 appearance-none pr-7 max-md:h-10")}>
        {children}
      </select>
      <ChevronDown
        size={14}
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-2 -translate-y-1/2 text-ink-3"
      />
    </span>
  );
}

interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string | null | undefined;
  className?: string;
  children: (ids: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }) => ReactNode;
}

/** A label above, the error beside the field. The child gets the ids that tie them together. */
export function Field({ label, hint, error, className, children }: FieldProps) {
  const id = useId();
  const note = error ?? hint;
  const described = note ? { "aria-describedby": `${id}-note` } : {};
  const invalid = error ? ({ "aria-invalid": true } as const) : {};
  return (
    <div className={clsx("flex flex-col gap-1", className)}>
      <label htmlFor={id} className="text-12 font-medium text-ink-2">
        {label}
      </label>
      {children({ id, ...described, ...invalid })}
      {note && (
        <p id={`${id}-note`} className={clsx("text-12", error ? "text-bad" : "text-ink-3")}>
          {note}
        </p>
      )}
    </div>
  );
}
