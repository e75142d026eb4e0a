import { useNavigate } from "@tanstack/react-router";
import { clsx } from "clsx";
import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Toggle } from "@/features/runs/timeline_tools";
import { useShortcuts } from "@/lib/shortcuts";
import { Input, Select } from "@/ui/field";
import { Kbd } from "@/ui/kbd";
import { capabilityWord } from "./capability";
import { CAPABILITIES, type CatalogSearch, providersOf } from "./catalog_view";
import type { CatalogItem } from "./types";

const STILL_MS = 150;

const STATUSES = [
  { value: "", label: "Any status" },
  { value: "current", label: "Current" },
  { value: "deprecated", label: "Deprecated" },
  { value: "retired", label: "Retired" },
  { value: "own", label: "Changed by us" },
  { value: "hidden", label: "Hidden by us" },
];

const CHOICE = "[&>select]:h-7 [&>select]:text-12 max-md:[&>select]:h-9";

interface Props {
  search: CatalogSearch;
  items: readonly CatalogItem[];
  isWide: boolean;
}

/** The filters, which live in the address and nowhere else. */
export function CatalogFilters({ search, items, isWide }: Props) {
  const navigate = useNavigate();
  const change = (changes: CatalogSearch) =>
    void navigate({
      to: ".",
      search: (before: CatalogSearch) => dropEmpty({ ...before, ...changes }),
      replace: true,
    });
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line px-4 py-2">
      <FilterText
        text={search.q ?? ""}
        onChange={(q) => change({ q })}
        className={isWide ? "w-72" : "w-full"}
      />
      <Select
        aria-label="Provider"
        value={search.provider ?? ""}
        onChange={({ target }) => change({ provider: target.value })}
        className={CHOICE}
      >
        <option value="">Any provider</option>
        {providersOf(items).map((name) => (
          <option key={name}>{name}</option>
        ))}
      </Select>
      <Select
        aria-label="Capability"
        value={search.capability ?? ""}
        onChange={({ target }) => change({ capability: target.value })}
        className={CHOICE}
      >
        <option value="">Any capability</option>
        {CAPABILITIES.map((each) => (
          <option key={each} value={each}>
            {capabilityWord(each)}
          </option>
        ))}
      </Select>
      <Select
        aria-label="Status"
        value={search.status ?? ""}
        onChange={({ target }) => change({ status: target.value })}
        className={CHOICE}
      >
        {STATUSES.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </Select>
      <Toggle
        isOn={search.usable !== undefined}
        onChange={(isOn) => change({ usable: isOn ? "yes" : undefined })}
      >
        Only what we can use
      </Toggle>
    </div>
  );
}

function dropEmpty<T extends object>(values: T): T {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== ""),
  ) as T;
}

interface FilterTextProps {
  text: string;
  onChange: (text: string) => void;
  className: string;
}

/** Typing is never held up: the address follows when the person pauses. */
function FilterText({ text, onChange, className }: FilterTextProps) {
  const [typed, setTyped] = useState(text);
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (typed === text) return;
    const timer = setTimeout(() => onChange(typed), STILL_MS);
    return () => clearTimeout(timer);
  });
  useShortcuts([
    { keys: "/", label: "Filter by text", group: "Models", run: () => box.current?.focus() },
  ]);
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
        aria-label="Filter models by name"
        placeholder="Filter by name or alias"
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
