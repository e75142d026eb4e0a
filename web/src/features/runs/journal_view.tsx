import { useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import type { RunEvent } from "@/api/types";
import { exactMoment } from "@/lib/format";
import { Input } from "@/ui/field";
import { VirtualList } from "@/ui/virtual_list";
import { asData, asText } from "./json";
import { JsonView } from "./json_view";

/** Every event as it was written, in order: the truth that all else here is read from. */
export function JournalView({ events, step }: { events: RunEvent[]; step: string | undefined }) {
  const [wanted, setWanted] = useState("");
  const [openSeq, setOpenSeq] = useState<number | null>(null);
  const navigate = useNavigate();
  const shown = wanted === "" ? events : events.filter((event) => isAbout(event, wanted));
  const open = events.find((event) => event.seq === openSeq);
  const start = events[0]?.at ?? 0;
  const first = useRef(step);
  const activeIndex = shown.findIndex((event) => event.key !== null && event.key === first.current);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex h-10 shrink-0 items-center gap-3 px-3">
        <Input
          type="search"
          aria-label="Filter events"
          placeholder="Filter by type, key or content"
          value={wanted}
          onChange={({ target }) => setWanted(target.value)}
          className="h-7! max-w-80"
        />
        <span className="tabular text-12 text-ink-3">
          {shown.length} of {events.length}
        </span>
      </div>
      <VirtualList
        label="Events"
        items={shown}
        rowHeight={28}
        keyOf={(event) => String(event.seq)}
        activeIndex={openSeq === null ? activeIndex : shown.findIndex((e) => e.seq === openSeq)}
        className="border-t border-line"
      >
        {(event) => (
          <button
            type="button"
            aria-expanded={event.seq === openSeq}
            onClick={() => setOpenSeq(event.seq === openSeq ? null : event.seq)}
            className={`grid h-7 w-full grid-cols-[44px_72px_minmax(120px,168px)_minmax(0,1fr)] items-center gap-2 px-3 text-left outline-offset-[-2px] max-md:grid-cols-[32px_minmax(120px,150px)_minmax(0,1fr)] ${event.seq === openSeq ? "bg-accent-soft" : "hover:bg-hover"}`}
          >
            <span className="tabular text-right text-12 text-ink-3">{event.seq}</span>
            <span className="tabular text-right text-12 text-ink-3 max-md:hidden">
              +{(event.at - start).toFixed(3)}
            </span>
            <span className={`truncate font-mono text-12 ${typeColor(event.type)}`}>
              {event.type}
            </span>
            <span className="truncate font-mono text-12 text-ink-2">
              {event.key ?? ""} <span className="text-ink-3">{nameOf(event)}</span>
            </span>
          </button>
        )}
      </VirtualList>
      {open && (
        <div className="pane max-h-[55%] shrink-0 border-t border-line p-3">
          <RawEvent event={open} />
          {open.key !== null && (
            <button
              type="button"
              className="mt-2 text-12 text-accent-text hover:underline"
              onClick={() =>
                navigate({
                  to: ".",
                  search: (before) => ({ ...before, step: open.key ?? undefined, tab: undefined }),
                  replace: true,
                })
              }
            >
              Show {open.key} in the timeline
            </button>
          )}
        </div>
      )}
    </div>
  );
}

export function RawEvent({ event }: { event: RunEvent }) {
  return (
    <article aria-label={`Event ${event.seq}`}>
      <h3 className="tabular mb-1.5 flex flex-wrap gap-x-3 text-12 text-ink-3">
        <span className="font-mono text-ink">{event.type}</span>
        <span>event {event.seq}</span>
        <span>{exactMoment(event.at)}</span>
      </h3>
      <JsonView value={event.data} />
    </article>
  );
}

function nameOf(event: RunEvent): string {
  const data = asData(event.data);
  const name = asText(data["name"]) || asText(data["title"]);
  return name === event.key ? "" : name;
}

function typeColor(type: string): string {
  if (type.endsWith(".failed")) return "text-bad";
  if (type === "step.unknown" || type === "wait.started") return "text-warn";
  return type.startsWith("run.") ? "text-ink" : "text-ink-2";
}

function isAbout(event: RunEvent, wanted: string): boolean {
  const words = wanted.toLowerCase();
  const near = `${event.type} ${event.key ?? ""}`.toLowerCase();
  return (
    near.includes(words) ||
    JSON.stringify(event.data ?? null)
      .toLowerCase()
      .includes(words)
  );
}
