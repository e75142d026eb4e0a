import { useVirtualizer } from "@tanstack/react-virtual";
import { clsx } from "clsx";
import { ChevronDown, ChevronUp, Columns3 } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { IconButton } from "./button";
import { Popover } from "./popover";

export interface Column<T> {
  id: string;
  header: string;
  /** A grid track: `minmax(160px, 1fr)`, `96px`. */
  width: string;
  isNumber?: boolean;
  /** Its header is a button that orders the rows, where the table has `onSort`. */
  isSortable?: boolean;
  /** Starts hidden; can be chosen. */
  isExtra?: boolean;
  cell: (row: T) => ReactNode;
}

interface Props<T> {
  label: string;
  columns: Column<T>[];
  rows: T[];
  keyOf: (row: T) => string;
  rowHeight?: 28 | 44;
  activeIndex?: number;
  /** The column that the rows are ordered by, with a minus from the largest down. */
  sort?: string | undefined;
  onSort?: (column: string) => void;
  onOpen?: (row: T, index: number) => void;
  onEnd?: () => void;
}

/**
 * Rows of a grid with only those in sight in the page; numbers align right. A link in a cell
 * serves the keyboard, and J, K and Enter of the list do: rows themselves take no focus.
 */
export function DataTable<T>(props: Props<T>) {
  const { label, columns, rows, keyOf, rowHeight = 28, activeIndex = -1, onOpen, onEnd } = props;
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 8,
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? -1;
  const tracks = { gridTemplateColumns: columns.map(({ width }) => width).join(" ") };

  useEffect(() => {
    if (activeIndex >= 0) virtual.scrollToIndex(activeIndex, { align: "auto" });
  }, [activeIndex, virtual]);
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - 10) onEnd?.();
  }, [last, rows.length, onEnd]);

  return (
    <div ref={box} className="min-h-0 grow overflow-auto overscroll-contain">
      <div
        role="table"
        aria-label={label}
        aria-rowcount={rows.length + 1}
        className="w-fit min-w-full"
      >
        <div
          role="row"
          className="sticky top-0 z-10 grid gap-x-3 border-b border-line bg-surface px-4"
          style={tracks}
        >
          {columns.map((column) => (
            <Header key={column.id} column={column} sort={props.sort} onSort={props.onSort} />
          ))}
        </div>
        <div role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {shown.map(({ index, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <div
                role="row"
                tabIndex={-1}
                key={keyOf(row)}
                aria-rowindex={index + 2}
                onClick={() => onOpen?.(row, index)}
                className={clsx(
                  "absolute inset-x-0 top-0 grid items-center gap-x-3 border-b border-line px-4",
                  index === activeIndex ? "bg-accent-soft" : onOpen && "hover:bg-hover",
                  onOpen && "cursor-pointer",
                )}
                style={{ ...tracks, height: rowHeight, transform: `translateY(${start}px)` }}
              >
                {columns.map(({ id, isNumber, cell }) => (
                  <div
                    role="cell"
                    key={id}
                    className={clsx("min-w-0 truncate", isNumber && "tabular text-right")}
                  >
                    {cell(row)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface HeaderProps<T> {
  column: Column<T>;
  sort: string | undefined;
  onSort: ((column: string) => void) | undefined;
}

function Header<T>({ column, sort, onSort }: HeaderProps<T>) {
  const { id, header, isNumber, isSortable } = column;
  const isDown = sort === `-${id}`;
  const isOn = isDown || sort === id;
  const Arrow = isDown ? ChevronDown : ChevronUp;
  return (
    <div
      role="columnheader"
      aria-sort={isOn ? (isDown ? "descending" : "ascending") : undefined}
      className={clsx("truncate py-1.5 text-12 text-ink-3", isNumber && "text-right")}
    >
      {isSortable && onSort ? (
        <button
          type="button"
          onClick={() => onSort(id)}
          className={clsx("inline-flex items-center gap-0.5 hover:text-ink", isOn && "text-ink")}
        >
          {header}
          {isOn && <Arrow size={12} aria-hidden />}
        </button>
      ) : (
        header
      )}
    </div>
  );
}

interface ChooserProps {
  columns: { id: string; header: string }[];
  hidden: string[];
  onChange: (hidden: string[]) => void;
}

export function ColumnChooser({ columns, hidden, onChange }: ChooserProps) {
  return (
    <Popover
      label="Columns"
      align="end"
      trigger={<IconButton icon={Columns3} label="Choose columns" />}
    >
      <fieldset className="flex flex-col">
        <legend className="mb-1 text-12 font-medium text-ink-2">Columns</legend>
        {columns.map(({ id, header }) => (
          <label key={id} className="flex h-7 items-center gap-2">
            <input
              type="checkbox"
              className="accent-accent"
              checked={!hidden.includes(id)}
              onChange={({ target }) =>
                onChange(target.checked ? hidden.filter((each) => each !== id) : [...hidden, id])
              }
            />
            {header}
          </label>
        ))}
      </fieldset>
    </Popover>
  );
}
