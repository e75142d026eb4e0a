import { clsx } from "clsx";
import { useId } from "react";

interface Props {
  label: string;
  options: readonly { id: string; label: string }[];
  value: string;
  onChange: (id: string) => void;
  className?: string;
}

/** One of a few, all in sight. */
export function Choice({ label, options, value, onChange, className }: Props) {
  const name = useId();
  return (
    <fieldset
      aria-label={label}
      className={clsx(
        "flex h-7 min-w-0 overflow-x-auto rounded-md border border-line p-0.5 max-md:h-9",
        className,
      )}
    >
      {options.map((option) => (
        <label
          key={option.id}
          className={clsx(
            "flex shrink-0 grow cursor-pointer items-center justify-center rounded-sm px-2 text-12 whitespace-nowrap has-focus-visible:outline-2 has-focus-visible:outline-accent-line",
            option.id === value ? "bg-active font-medium text-ink" : "text-ink-2 hover:text-ink",
          )}
        >
          <input
            type="radio"
            name={name}
            className="sr-only"
            checked={option.id === value}
            onChange={() => onChange(option.id)}
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
