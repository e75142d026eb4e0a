import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { ArrowDown, ArrowUp, ListFilter } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { count } from "@/lib/format";
import { useListKeys } from "@/lib/use_list_keys";
import { tip } from "@/ui/tooltip";
import { compact, exactUsd, percent, usd } from "./amounts";
import { Swatch } from "./chart_readout";
import { type Dimension, dimensionLabel, filterOf, type Metric } from "./filter";
import { useNames } from "./names";
import type { Totals } from "./queries";
import { type Slice, type Sort, sorted } from "./spend";
import { useUsageSearch } from "./usage_search";

interface Props {
  by: Dimension;
  metric: Metric;
  /** Null while they are read. */
  slices: Slice[] | null;
}

const HEADS: { id: Sort; label: string; className?: string }[] = [
  { id: "cost", label: "Cost" },
  { id: "calls", label: "Calls" },
  { id: "input", label: "Tokens in", className: "max-md:hidden" },
  { id: "output", label: "Tokens out", className: "max-md:hidden" },
  { id: "cached", label: "Cached", className: "max-lg:hidden" },
];

const USUAL_SORT: Record<Metric, Sort> = { cost: "cost", tokens: "input", calls: "calls" };

/** Who or what the money went to. A row narrows the page to it, and again takes that back. */
export function SpendTable({ by, metric, slices }: Props) {
  const { search, change } = useUsageSearch();
  const nameOf = useNames();
  const [cursor, setCursor] = useState(-1);
  const sort = search.sort ?? USUAL_SORT[metric];
  const rows = sorted(slices ?? [], sort, (name) => nameOf(by, name));
  const only = filterOf(search)[by];
  const pick = (name: string | null) => {
    if (name !== null) change({ [by]: only === name ? undefined : name });
  };
  useListKeys({
    group: "Usage",
    count: rows.length,
    index: cursor,
    onMove: setCursor,
    onOpen: (at) => pick(rows[at]?.name ?? null),
    ...(only === undefined ? {} : { onLeave: () => change({ [by]: undefined }) }),
  });
  return (
    <table
      aria-label={`By ${dimensionLabel(by).toLowerCase()}`}
      className="mt-3 mb-6 w-full table-fixed"
    >
      <Heads by={by} sort={sort} />
      <tbody>
        {rows.map((slice, at) => (
          <Row
            key={slice.name ?? ""}
            slice={slice}
            by={by}
            label={slice.name === null ? "All others" : nameOf(by, slice.name)}
            isMarked={at === cursor}
            isOnly={only !== undefined && only === slice.name}
            isDim={only !== undefined && only !== slice.name}
            onPick={() => pick(slice.name)}
          />
        ))}
        {rows.length === 0 && (
          <tr>
            <td colSpan={8} className="h-24 px-4 text-ink-2">
              {slices && "No calls with these filters in this time."}
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function Heads({ by, sort }: { by: Dimension; sort: string }) {
  return (
    <thead>
      <tr className="border-b border-line text-12 text-ink-3">
        <Head id="name" label={dimensionLabel(by)} sort={sort} className="pl-4 text-left" />
        <th scope="col" className="w-36 py-1.5 text-left font-normal max-md:w-20">
          Share
        </th>
        {HEADS.map((head) => (
          <Head
            key={head.id}
            {...head}
            sort={sort}
            className={clsx("text-right", head.className)}
          />
        ))}
        <th scope="col" className="w-12 max-md:w-4">
          <span className="sr-only">Calls of this row</span>
        </th>
      </tr>
    </thead>
  );
}

interface HeadProps {
  id: Sort;
  label: string;
  sort: string;
  className?: string;
}

function Head({ id, label, sort, className }: HeadProps) {
  const { change } = useUsageSearch();
  const isHere = sort.replace("-", "") === id;
  const isUp = sort.startsWith("-");
  const Arrow = isUp ? ArrowUp : ArrowDown;
  const order = isUp ? "ascending" : "descending";
  return (
    <th
      scope="col"
      aria-sort={isHere ? order : undefined}
      className={clsx("font-normal", id !== "name" && "w-24 max-md:w-18", className)}
    >
      <button
        type="button"
        onClick={() => change({ sort: isHere && !isUp ? `-${id}` : id })}
        className={clsx(
          "inline-flex h-7 items-center gap-1 hover:text-ink",
          isHere && "font-medium text-ink-2",
        )}
      >
        {label}
        {isHere && <Arrow size={11} aria-hidden />}
      </button>
    </th>
  );
}

interface RowProps {
  slice: Slice;
  by: Dimension;
  label: string;
  isMarked: boolean;
  isOnly: boolean;
  isDim: boolean;
  onPick: () => void;
}

function Row({ slice, by, label, isMarked, isOnly, isDim, onPick }: RowProps) {
  const { name, colour, totals, share } = slice;
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (isMarked) row.current?.scrollIntoView({ block: "nearest" });
  }, [isMarked]);
  return (
    <tr
      ref={row}
      className={clsx(
        "h-8 border-b border-line max-md:h-11",
        isOnly || isMarked ? "bg-accent-soft" : name !== null && "hover:bg-hover",
        isDim && "text-ink-3",
      )}
    >
      <th scope="row" className="pl-4 text-left font-normal">
        {name === null ? (
          <span className="flex items-center gap-2 text-ink-2">
            <Swatch colour={colour} />
            {label}
          </span>
        ) : (
          <button
            type="button"
            aria-pressed={isOnly}
            onClick={onPick}
            className="flex h-8 w-full min-w-0 items-center gap-2 text-left max-md:h-11"
          >
            <Swatch colour={colour} />
            <span className={clsx("min-w-0 truncate", isOnly && "font-medium")} title={label}>
              {label}
            </span>
          </button>
        )}
      </th>
      <td>
        <span className="flex items-center gap-2">
          <span className="h-1.5 grow rounded-full bg-active max-md:hidden" aria-hidden>
            <span
              className="block h-full rounded-full"
              style={{ width: `${share * 100}%`, background: `var(--series-${colour})` }}
            />
          </span>
          <span className="tabular w-10 shrink-0 text-12 text-ink-2 md:text-right">
            {percent(share)}
          </span>
        </span>
      </td>
      <Numbers totals={totals} />
      <td className="text-center">
        {name !== null && (
          <Link
            to="/usage/$tab"
            params={{ tab: "calls" }}
            search={(before) => ({ ...before, [by]: name })}
            aria-label={`Calls of ${label}`}
            {...tip("Its calls")}
            className="inline-grid size-6 place-items-center rounded-md text-ink-3 hover:bg-hover hover:text-ink max-md:hidden"
          >
            <ListFilter size={14} aria-hidden />
          </Link>
        )}
      </td>
    </tr>
  );
}

function Numbers({ totals }: { totals: Totals }) {
  const { cost_usd, calls, unpriced, input_tokens, output_tokens, cached_tokens } = totals;
  // Where nothing has a price, 0 would be a lie.
  const cost = unpriced === calls && Number(cost_usd) === 0 ? null : cost_usd;
  const note = unpriced > 0 ? `; ${count(unpriced, "call")} of unknown price not counted` : "";
  const cached = input_tokens > 0 ? percent(cached_tokens / input_tokens) : "–";
  return (
    <>
      <td className="tabular text-right" title={`${exactUsd(cost)}${note}`}>
        {usd(cost)}
        {cost !== null && unpriced > 0 && (
          <>
            <span aria-hidden> +?</span>
            <span className="sr-only">{note}</span>
          </>
        )}
      </td>
      <td className="tabular text-right">{count(calls)}</td>
      <td className="tabular text-right max-md:hidden">{compact(input_tokens)}</td>
      <td className="tabular text-right max-md:hidden">{compact(output_tokens)}</td>
      <td className="tabular text-right max-lg:hidden" title={count(cached_tokens, "token")}>
        {cached}
      </td>
    </>
  );
}
