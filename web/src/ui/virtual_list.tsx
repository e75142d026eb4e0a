import { useVirtualizer } from "@tanstack/react-virtual";
import { clsx } from "clsx";
import { type ReactNode, useEffect, useRef } from "react";

interface Props<T> {
  items: T[];
  rowHeight: number;
  keyOf: (item: T) => string;
  children: (item: T, index: number) => ReactNode;
  label: string;
  /** Kept in view, for keyboard movement. */
  activeIndex?: number;
  /** Called near the end: the moment to read the next page. */
  onEnd?: () => void;
  header?: ReactNode;
  footer?: ReactNode;
  className?: string;
}

/** A long list of which only the rows in sight exist. */
export function VirtualList<T>(props: Props<T>) {
  const {
    items,
    rowHeight,
    keyOf,
    children,
    label,
    activeIndex = -1,
    onEnd,
    header,
    footer,
    className,
  } = props;
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => {
      const item = items[index];
      return item === undefined ? index : keyOf(item);
    },
    overscan: 8,
  });
  const rows = virtual.getVirtualItems();
  const last = rows.at(-1)?.index ?? -1;

  useEffect(() => {
    if (activeIndex >= 0) virtual.scrollToIndex(activeIndex, { align: "auto" });
  }, [activeIndex, virtual]);

  useEffect(() => {
    if (items.length > 0 && last >= items.length - 10) onEnd?.();
  }, [last, items.length, onEnd]);

  return (
    <div ref={box} className={clsx("pane grow", className)}>
      {header}
      <ul aria-label={label} className="relative" style={{ height: virtual.getTotalSize() }}>
        {rows.map(({ index, key, start }) => {
          const item = items[index];
          if (item === undefined) return null;
          return (
            <li
              key={key}
              className="absolute inset-x-0 top-0"
              style={{ height: rowHeight, transform: `translateY(${start}px)` }}
            >
              {children(item, index)}
            </li>
          );
        })}
      </ul>
      {footer}
    </div>
  );
}
