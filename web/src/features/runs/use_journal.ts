/** A run's journal as it grows, with the frames that are live right now. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { useLive } from "@/api/live";
import type { Frame, Run, RunEvent } from "@/api/types";
import { addEvent, addFrame, framesAfter, isWhole, withNews } from "./journal_growth";
import { eventsQuery, putInLists, runQuery } from "./queries";
import { buildTimeline, type Timeline } from "./timeline";

interface Journal {
  run: Run | undefined;
  events: RunEvent[] | undefined;
  timeline: Timeline | null;
  error: Error | null;
}

export function useJournal(runId: string): Journal {
  const run = useQuery(runQuery(runId));
  const events = useQuery(eventsQuery(runId));
  const frames = useLiveFrames(runId, events.data);
  const timeline = useMemo(
    () => (events.data ? buildTimeline(events.data, frames) : null),
    [events.data, frames],
  );
  return { run: run.data, events: events.data, timeline, error: run.error ?? events.error };
}

interface Heard {
  runId: string;
  frames: readonly Frame[];
}

const NONE: readonly Frame[] = [];

function useLiveFrames(runId: string, events: RunEvent[] | undefined): readonly Frame[] {
  const client = useQueryClient();
  const heard = useRef<Heard>({ runId, frames: [] });
  const [shown, setShown] = useState<Heard>(heard.current);
  const pending = useRef<number | null>(null);

  const hear = (change: (frames: readonly Frame[]) => Frame[]) => {
    const known = heard.current.runId === runId ? heard.current.frames : [];
    heard.current = { runId, frames: change(known) };
    // At most once a frame of the screen, however many pieces a model sends.
    pending.current ??= requestAnimationFrame(() => {
      pending.current = null;
      setShown(heard.current);
    });
  };
  useEffect(
    () => () => {
      if (pending.current !== null) cancelAnimationFrame(pending.current);
      pending.current = null;
    },
    [],
  );

  const readAgain = () => {
    hear(() => []);
    void client.invalidateQueries({ queryKey: runQuery(runId).queryKey });
  };
  // The journal says when it is whole; the run's status may be told before its last event.
  const isFollowed = events !== undefined && !isWhole(events);
  const lastSeq = events?.at(-1)?.seq;
  useLive(
    isFollowed ? `/runs/${runId}/stream` : null,
    {
      onJournal: (event) => {
        client.setQueryData(eventsQuery(runId).queryKey, (before) => addEvent(before, event));
        hear((frames) => framesAfter(frames, event));
        if (isWhole([event])) readAgain();
      },
      onFrame: (frame) => hear((frames) => addFrame(frames, frame)),
      onRun: (news) => {
        client.setQueryData(runQuery(runId).queryKey, (before) => withNews(before, news));
        putInLists(client, news);
      },
      onEnd: readAgain,
    },
    lastSeq === undefined ? null : String(lastSeq),
  );
  return shown.runId === runId ? shown.frames : NONE;
}
