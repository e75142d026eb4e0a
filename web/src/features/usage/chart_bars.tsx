import { compact } from "./amounts";
import { CHART, labelled, tickUsd } from "./axis";
import type { Metric } from "./filter";
import type { Column } from "./spend";
import { shortTime } from "./timespan";

const WIDEST = 44;
/** Between parts, so that they are told apart without colour. */
const SEAM = 1;

interface Props {
  columns: Column[];
  step: "day" | "hour";
  metric: Metric;
  lines: number[];
  width: number;
  slot: number;
  active: number | null;
}

export function Bars({ columns, step, metric, lines, width, slot, active }: Props) {
  const inner = CHART.height - CHART.top - CHART.bottom;
  const most = lines.at(-1) ?? 1;
  const y = (value: number) => CHART.top + inner * (1 - value / most);
  const thick = Math.max(1, Math.min(WIDEST, slot - Math.max(1, slot * 0.22)));
  const named = new Set(labelled(columns.length, width - CHART.left - CHART.right));
  return (
    <svg width={width} height={CHART.height} aria-hidden className="block">
      {lines.map((line) => (
        <g key={line}>
          <line
            x1={CHART.left}
            x2={width - CHART.right}
            y1={Math.round(y(line)) + 0.5}
            y2={Math.round(y(line)) + 0.5}
            stroke={line === 0 ? "var(--line-strong)" : "var(--line)"}
          />
          <text
            x={CHART.left - 8}
            y={y(line) + 4}
            textAnchor="end"
            className="tabular fill-ink-3 text-11"
          >
            {metric === "cost" ? tickUsd(line, lines[1] ?? 1) : compact(line)}
          </text>
        </g>
      ))}
      {active !== null && (
        <rect
          x={CHART.left + active * slot}
          y={CHART.top}
          width={slot}
          height={inner}
          fill="var(--active)"
        />
      )}
      {columns.map((column, at) => (
        <g key={column.at}>
          <Stack
            column={column}
            x={CHART.left + (at + 0.5) * slot - thick / 2}
            thick={thick}
            y={y}
          />
          {named.has(at) && (
            <text
              x={CHART.left + (at + 0.5) * slot}
              y={CHART.height - 6}
              textAnchor="middle"
              className="tabular fill-ink-3 text-11"
            >
              {shortTime(column.at, step)}
            </text>
          )}
        </g>
      ))}
    </svg>
  );
}

interface StackProps {
  column: Column;
  x: number;
  thick: number;
  y: (value: number) => number;
}

function Stack({ column, x, thick, y }: StackProps) {
  let below = 0;
  return column.parts.map(({ colour, value }) => {
    const bottom = y(below);
    below += value;
    const top = y(below);
    // What is there is seen, be it ever so small.
    const height = Math.max(0.75, bottom - top - SEAM);
    return (
      <rect
        key={colour}
        x={x}
        y={bottom - height}
        width={thick}
        height={height}
        style={{ fill: `var(--series-${colour})` }}
      />
    );
  });
}
