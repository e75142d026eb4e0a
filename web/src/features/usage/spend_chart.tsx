import "./chart.css";
import { useRef } from "react";
import { CHART, ticks } from "./axis";
import { Bars } from "./chart_bars";
import { Readout } from "./chart_readout";
import type { Metric } from "./filter";
import { type Column, sayValue } from "./spend";
import { dayOf, fullTime, shortTime } from "./timespan";
import { useUsageSearch } from "./usage_search";
import { useColumnCursor } from "./use_column_cursor";
import { useWidth } from "./use_width";

interface Props {
  /** Null while they are read: the space is kept. */
  columns: Column[] | null;
  step: "day" | "hour";
  metric: Metric;
  label: (name: string | null) => string;
}

/** Columns over time. Arrow keys walk through them, Enter opens a day; a table says the same. */
export function SpendChart({ columns, step, metric, label }: Props) {
  const box = useRef<HTMLElement>(null);
  const width = useWidth(box);
  return (
    <figure ref={box} className="relative mt-2" style={{ height: CHART.height }}>
      {columns !== null && width > 0 && <Drawn {...{ columns, step, metric, label, width }} />}
      {columns !== null && <SameAsTable {...{ columns, step, metric, label }} />}
    </figure>
  );
}

interface DrawnProps extends Props {
  columns: Column[];
  width: number;
}

function Drawn({ columns, step, metric, label, width }: DrawnProps) {
  const { change } = useUsageSearch();
  const slot = (width - CHART.left - CHART.right) / Math.max(1, columns.length);
  const open = (opened: Column) => {
    if (step !== "day") return;
    change({ span: "own", since: dayOf(opened.at), until: dayOf(opened.until) }, false);
  };
  const { at, handlers } = useColumnCursor({
    count: columns.length,
    slot,
    onOpen: (index) => columns[index] && open(columns[index]),
  });
  const lines = ticks(Math.max(0, ...columns.map(({ total }) => total)));
  const column = at === null ? undefined : columns[at];
  return (
    <>
      <div
        role="slider"
        tabIndex={0}
        aria-label="Chart over time"
        aria-valuemin={0}
        aria-valuemax={Math.max(0, columns.length - 1)}
        aria-valuenow={at ?? Math.max(0, columns.length - 1)}
        aria-valuetext={sayColumn(column ?? columns.at(-1), step, metric, label)}
        className="size-full touch-pan-y rounded-sm outline-offset-[-2px]"
        {...handlers}
      >
        <Bars {...{ columns, step, metric, lines, width, slot }} active={at} />
      </div>
      {column && at !== null && (
        <Readout
          {...{ column, step, metric, label }}
          x={CHART.left + (at + 0.5) * slot}
          width={width}
        />
      )}
    </>
  );
}

export function columnTime({ at, until }: Column, step: "day" | "hour"): string {
  return at === until ? fullTime(at, step) : `${shortTime(at, step)} – ${shortTime(until, step)}`;
}

function sayColumn(
  column: Column | undefined,
  step: "day" | "hour",
  metric: Metric,
  label: Props["label"],
): string {
  if (column === undefined) return "Nothing";
  const parts = column.parts.map(({ name, value }) => `${label(name)} ${sayValue(value, metric)}`);
  return [`${columnTime(column, step)}: ${sayValue(column.total, metric)}`, ...parts].join(", ");
}

function SameAsTable({ columns, step, metric, label }: Props & { columns: Column[] }) {
  const colours = new Map(columns.flatMap(({ parts }) => parts.map((p) => [p.colour, p.name])));
  const names = [...colours].sort(([a], [b]) => (a || 9) - (b || 9));
  return (
    <div className="sr-only">
      <table aria-label="The chart as a table">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">All</th>
            {names.map(([colour, name]) => (
              <th scope="col" key={colour}>
                {label(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {columns.map((column) => (
            <tr key={column.at}>
              <th scope="row">{columnTime(column, step)}</th>
              <td>{sayValue(column.total, metric)}</td>
              {names.map(([colour]) => (
                <td key={colour}>
                  {sayValue(column.parts.find((p) => p.colour === colour)?.value ?? 0, metric)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
