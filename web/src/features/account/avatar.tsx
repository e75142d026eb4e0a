import { clsx } from "clsx";
import { useState } from "react";

interface Props {
  name: string;
  /** Where the picture is; null: none. */
  src: string | null;
  className?: string;
}

/** A picture, or the first letters of the name. */
export function Avatar({ name, src, className }: Props) {
  const [failed, setFailed] = useState<string | null>(null);
  const common = clsx("shrink-0 rounded-full", className);
  if (src !== null && src !== failed)
    return (
      <img
        src={src}
        alt=""
        onError={() => setFailed(src)}
        className={clsx(common, "object-cover")}
      />
    );
  return (
    <span
      aria-hidden
      className={clsx(
        common,
        "grid place-items-center bg-accent-soft font-medium text-accent-text",
      )}
    >
      {initials(name)}
    </span>
  );
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/u);
  const letters = [words[0], words.length > 1 ? words.at(-1) : ""].map(
    (word) => [...(word ?? "")][0],
  );
  return letters.join("").toUpperCase();
}
