import { X } from "lucide-react";
import { chosen, dimensionLabel, type Filter, noFilter } from "./filter";
import { useNames } from "./names";
import { useUsageSearch } from "./usage_search";

/** What the page is narrowed to, each with the way back. */
export function Chosen({ filter, isBare = false }: { filter: Filter; isBare?: boolean }) {
  const { change } = useUsageSearch();
  const nameOf = useNames();
  const all = chosen(filter);
  if (all.length === 0) return null;
  return (
    <ul
      aria-label="Only"
      className={
        isBare
          ? "contents"
          : "flex flex-wrap items-center gap-1.5 border-b border-line bg-canvas px-4 py-2"
      }
    >
      {all.map(({ dimension, name }) => (
        <li key={dimension} className="min-w-0">
          <button
            type="button"
            onClick={() => change({ [dimension]: undefined })}
            className="flex h-6 max-w-full items-center gap-1 rounded-md border border-accent-line/40 bg-accent-soft px-2 text-12 text-accent-text max-md:h-8"
          >
            <span className="sr-only">Remove the filter</span>
            <span className="shrink-0 text-ink-2">
              {dimensionLabel(dimension)}
              <span className="sr-only">:</span>
            </span>
            <span className="min-w-0 truncate font-medium">{nameOf(dimension, name)}</span>
            <X size={12} aria-hidden className="shrink-0" />
          </button>
        </li>
      ))}
      {all.length > 1 && (
        <li>
          <button
            type="button"
            onClick={() => change(noFilter())}
            className="h-6 px-1 text-12 text-ink-2 hover:text-ink hover:underline"
          >
            Clear all
          </button>
        </li>
      )}
    </ul>
  );
}
