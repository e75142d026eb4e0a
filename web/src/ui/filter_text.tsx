import { clsx } from "clsx";
import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useShortcuts } from "@/lib/shortcuts";
import { Input } from "./field";
import { Kbd } from "./kbd";

const STILL_MS = 200;

interface FilterTextProps {
  /** Where its key stands among all keys. */
  group: string;
  label: string;
  placeholder: string;
  text: string;
  onChange: (text: string) => void;
  className?: string;
}

/** Typing is never held up: the address follows when the person pauses. */
export function FilterText({
  group,
  label,
  placeholder,
  text,
  onChange,
  className,
}: FilterTextProps) {
  const [typed, setTyped] = useState(text);
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (typed === text) return;
    const timer = setTimeout(() => onChange(typed), STILL_MS);
    return () => clearTimeout(timer);
  });
  useShortcuts([{ keys: "/", label: "Filter by text", group, run: () => box.current?.focus() }]);
  return (
    <span className={clsx("relative inline-flex", className)}>
      <Search
        size={14}
        aria-hidden
        className="pointer-events-none absolute top-1/2 left-2.5 -translate-y-1/2 text-ink-3"
      />
      <Input
        ref={box}
        type="search"
        aria-label={label}
        placeholder={placeholder}
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        className="h-7! pr-8 pl-7.5 max-md:h-9!"
      />
      <span className="pointer-events-none absolute top-1/2 right-2 -translate-y-1/2 max-md:hidden">
        {typed === "" && <Kbd keys="/" />}
      </span>
    </span>
  );
}
