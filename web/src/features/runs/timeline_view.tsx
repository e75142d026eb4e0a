/** The run's timeline: one time axis, a tree of steps, live while the run goes on. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useId, useMemo, useRef, useState, type WheelEvent } from "react";
import { placeBars } from "./bars";
import { buildScale, idleStretches, pan, ticks, type View, WHOLE, zoom } from "./scale";
import type { Timeline } from "./timeline";
import { TimelineAxis } from "./timeline_axis";
import { percent, TimelineBar } from "./timeline_bar";
import { TimelineRowView, TRACKS } from "./timeline_row";
import { TimelineTools } from "./timeline_tools";
import { parents, visibleRows } from "./tree";
import { treeKeys } from "./tree_keys";
import { useNow } from "./use_now";

interface Props {
  timeline: Timeline;
  selected: string | null;
  onSelect: (key: string | null) => void;
}

const ROW_HEIGHT = 28;
const LABEL_WIDTH = 72;
const DURATION_WIDTH = 64;
/** Beside what is happening now there is room for how long it has taken. */
const LIVE_END = 1.18;

export function TimelineView({ timeline, selected, onSelect }: Props) {
  const [chosen, setView] = useState<View>(WHOLE);
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [passedGates, setPassedGates] = useState(false);
  const [isFolded, setFolded] = useState(true);
  const rows = useMemo(
    () => visibleRows(timeline.rows, { collapsed, passedGates }),
    [timeline.rows, collapsed, passedGates],
  );
  const withChildren = useMemo(() => parents(rows), [rows]);
  const toggle = (key: string) => setCollapsed(flipped(collapsed, key));

  const isLive = timeline.end === null;
  const view = isLive && chosen.to === 1 ? { ...chosen, to: LIVE_END } : chosen;
  const now = useNow(isLive, timeline.start);
  const end = Math.max(timeline.end ?? now, timeline.start);
  const folds = useMemo(
    () => idleStretches(timeline.rows, timeline.start, end, now),
    [timeline.rows, timeline.start, end, now],
  );
  const scale = useMemo(
    () => buildScale(timeline.start, end, isFolded ? folds : []),
    [timeline.start, end, folds, isFolded],
  );

  const box = useRef<HTMLDivElement>(null);
  const axis = useRef<HTMLDivElement>(null);
  const axisWidth = useWidth(axis);
  const marks = ticks(scale, view.from, view.to, LABEL_WIDTH / axisWidth);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  });
  const index = rows.findIndex((row) => row.key === selected);
  useEffect(() => {
    if (index >= 0) virtual.scrollToIndex(index, { align: "auto" });
  }, [index, virtual]);

  const id = useId();
  const onKeyDown = treeKeys({
    rows,
    index,
    collapsed,
    parents: withChildren,
    onSelect,
    onToggle: toggle,
    onZoom: (factor) => setView(factor === null ? WHOLE : zoom(chosen, factor)),
  });
  const onWheel = (event: WheelEvent) => {
    if (event.ctrlKey || event.metaKey) {
      const at = axis.current?.getBoundingClientRect();
      const anchor = at ? Math.min(1, Math.max(0, (event.clientX - at.left) / at.width)) : 0.5;
      setView(zoom(chosen, event.deltaY > 0 ? 1.2 : 1 / 1.2, anchor));
    } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      setView(pan(chosen, event.deltaX / axisWidth));
    }
  };

  return (
    <div className="flex min-h-0 min-w-0 grow flex-col">
      <TimelineTools
        rows={timeline.rows}
        view={chosen}
        onView={setView}
        passedGates={passedGates}
        onPassedGates={setPassedGates}
        canFold={folds.length > 0}
        isFolded={isFolded}
        onFolded={setFolded}
      />
      <div ref={box} className="pane grow" onWheel={onWheel}>
        <div className={`${TRACKS} sticky top-0 z-10 border-b border-line bg-surface px-2 md:px-3`}>
          <span />
          <div ref={axis}>
            <TimelineAxis scale={scale} view={view} ticks={marks} onView={setView} />
          </div>
        </div>
        <div
          role="tree"
          aria-label="Steps"
          tabIndex={0}
          aria-activedescendant={index >= 0 ? `${id}-${index}` : undefined}
          onKeyDown={onKeyDown}
          className="relative outline-offset-[-2px]"
          style={{ height: virtual.getTotalSize() }}
        >
          <div
            aria-hidden
            className={`${TRACKS} pointer-events-none absolute inset-0 px-2 md:px-3`}
          >
            <span />
            <div className="relative">
              {marks.map((tick) => (
                <span
                  key={tick.share}
                  className="absolute inset-y-0 border-l border-line/60"
                  style={{ left: percent(tick.share) }}
                />
              ))}
            </div>
          </div>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <div
                role="none"
                key={row.key}
                className="absolute inset-x-0 top-0"
                style={{ height: ROW_HEIGHT, transform: `translateY(${item.start}px)` }}
              >
                <TimelineRowView
                  id={`${id}-${item.index}`}
                  row={row}
                  isSelected={row.key === selected}
                  isParent={withChildren.has(row.key) || collapsed.has(row.key)}
                  isCollapsed={collapsed.has(row.key)}
                  onSelect={() => onSelect(row.key)}
                  onToggle={() => toggle(row.key)}
                >
                  <TimelineBar
                    row={row}
                    placed={placeBars(row, scale, view, now, DURATION_WIDTH / axisWidth)}
                  />
                </TimelineRowView>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function flipped(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  return next;
}

function useWidth(element: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(480);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.max(80, entry.contentRect.width));
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
