import type { ReactNode } from "react";

interface Props {
  label: ReactNode;
  hint?: ReactNode;
  isChecked: boolean;
  isDisabled?: boolean;
  onChange: (isChecked: boolean) => void;
}

/** Yes or no, with what it means below. */
export function CheckLine({ label, hint, isChecked, isDisabled = false, onChange }: Props) {
  return (
    <label className="flex items-start gap-2 py-0.5 max-md:min-h-9">
      <input
        type="checkbox"
        className="mt-0.5 size-4 shrink-0 accent-accent"
        checked={isChecked}
        disabled={isDisabled}
        onChange={({ target }) => onChange(target.checked)}
      />
      <span className="min-w-0">
        {label}
        {hint && <span className="block text-12 text-ink-3">{hint}</span>}
      </span>
    </label>
  );
}
