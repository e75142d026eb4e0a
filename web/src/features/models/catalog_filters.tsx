import { useNavigate } from "@tanstack/react-router";
import { Toggle } from "@/features/runs/timeline_tools";
import { Select } from "@/ui/field";
import { FilterText } from "@/ui/filter_text";
import { capabilityWord } from "./capability";
import { CAPABILITIES, type CatalogSearch, providersOf } from "./catalog_view";
import type { CatalogItem } from "./types";

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
        group="Models"
        label="Filter models by name"
        placeholder="Filter by name or alias"
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
