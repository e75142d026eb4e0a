/** A conversation as it happens: the messages, and the journals of the runs in sight as they grow. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { useLive } from "@/api/live";
import { type ChatMessage, isOver, type RunEvent } from "@/api/types";
import { messagesQuery, noteRun, readEvents } from "./queries";
import { EMPTY_LOG, isAhead, lastSeq, type RunLog, withEvents, withFrame } from "./run_log";

export type Logs = ReadonlyMap<string, RunLog>;

export interface ConversationView {
  messages: ChatMessage[] | undefined;
  error: Error | null;
  logs: Logs;
  /** Read the journal of a run that is over: its steps are asked for. */
  openLog: (runId: string) => void;
}

export function useConversation(id: string): ConversationView {
  const client = useQueryClient();
  const messages = useQuery(messagesQuery(id));
  const { logs, change, fill } = useLogs();

  useLive(
    messages.data ? `/conversations/${id}/stream` : null,
    {
      onOpen: (isAgain) => {
        if (isAgain) void client.invalidateQueries({ queryKey: messagesQuery(id).queryKey });
      },
      onJournal: (event) => {
        const log = change.current.get(event.run_id) ?? EMPTY_LOG;
        if (isAhead(log, event)) void fill(event.run_id);
        else change.set(event.run_id, withEvents(log, [event]));
        noteEvent(event);
      },
      onFrame: (frame) => {
        change.set(frame.run_id, withFrame(change.current.get(frame.run_id) ?? EMPTY_LOG, frame));
      },
      onRun: (run) => noteRun(client, id, run),
    },
    resumePoint(messages.data),
  );

  function noteEvent({ run_id, type }: RunEvent): void {
    const known = client.getQueryData(messagesQuery(id).queryKey);
    const isNew = known !== undefined && !known.some(({ run }) => run.id === run_id);
    const isEnd = type === "run.finished" || type === "run.failed" || type === "run.cancelled";
    if (isNew || isEnd) void client.invalidateQueries({ queryKey: messagesQuery(id).queryKey });
    if (type === "wait.started" || type === "wait.finished") {
      void client.invalidateQueries({ queryKey: ["approvals"] });
    }
  }

  return {
    messages: messages.data,
    error: messages.error,
    logs,
    openLog: (runId) => void fill(runId),
  };
}

/**
 * Where the stream starts: with the whole journal of the first run that is not over, else after
 * everything. Runs of a conversation act one after the other, so that is all that can change.
 */
function resumePoint(messages: ChatMessage[] | undefined): string | null {
  const open = messages?.find(({ run }) => !isOver(run.status))?.run;
  if (open) return `${open.id}:-1`;
  const last = messages?.at(-1)?.run;
  return last ? `${last.id}:${last.last_seq}` : null;
}

interface Change {
  current: Map<string, RunLog>;
  set: (runId: string, log: RunLog) => void;
}

/** Reads as flowing, and costs a third of drawing at every frame of the screen. */
const DRAW_EVERY_MS = 45;

/** Logs that are drawn now and then, however many pieces a model sends. */
function useLogs() {
  const [logs, setLogs] = useState<Logs>(new Map());
  const current = useRef(new Map<string, RunLog>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const drawnAt = useRef(0);
  const filling = useRef(new Set<string>());

  const set = useCallback((runId: string, log: RunLog) => {
    current.current.set(runId, log);
    if (timer.current !== undefined) return;
    const wait = drawnAt.current + DRAW_EVERY_MS - performance.now();
    timer.current = setTimeout(
      () => {
        timer.current = undefined;
        drawnAt.current = performance.now();
        setLogs(new Map(current.current));
      },
      Math.max(0, wait),
    );
  }, []);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );

  const fill = useCallback(
    async (runId: string) => {
      if (filling.current.has(runId)) return;
      filling.current.add(runId);
      try {
        const known = current.current.get(runId) ?? EMPTY_LOG;
        const events = await readEvents(runId, lastSeq(known));
        set(runId, withEvents(current.current.get(runId) ?? EMPTY_LOG, events));
      } catch {
        // Tried again with the next event or when the steps are opened again.
      } finally {
        filling.current.delete(runId);
      }
    },
    [set],
  );
  const change: Change = { current: current.current, set };
  return { logs, change, fill };
}
