/** A live stream that survives drops: it resumes from the last id, waits longer each time, and says so. */
import { useEffect, useRef } from "react";
import { eventParser } from "@/lib/sse";
import { apiUrl, Problem, problemOf, send } from "./client";
import { trouble } from "./trouble";
import type { Frame, Run, RunEvent } from "./types";

export interface LiveSink {
  onJournal?: (event: RunEvent) => void;
  onFrame?: (frame: Frame) => void;
  onRun?: (run: Run) => void;
  /** Connected; `isAgain` after a drop: a moment to read again what the stream does not carry. */
  onOpen?: (isAgain: boolean) => void;
  onEnd?: () => void;
  /** The stream can't be had: it was refused, or is not there. It is not tried again. */
  onRefused?: (problem: Problem) => void;
}

/** Signed out, and too fast: both may end. */
const PASSING = [401, 429];
const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 10_000;
/** Heartbeats come every 15 s: silence for this long means that nobody is there. */
const SILENCE_MS = 40_000;

/** Follow a stream until the signal aborts or the server says `end`. `lastId`: resume after it. */
export async function follow(
  path: string,
  sink: LiveSink,
  signal: AbortSignal,
  lastId: string | null = null,
): Promise<void> {
  let resumeAt = lastId;
  let failures = 0;
  let isAgain = false;
  while (!signal.aborted) {
    const attempt = new AbortController();
    const stop = () => attempt.abort();
    signal.addEventListener("abort", stop);
    try {
      const ended = await readOnce(path, resumeAt, attempt, {
        ...sink,
        onOpen: () => {
          failures = 0;
          trouble.delete(signal);
          sink.onOpen?.(isAgain);
          isAgain = true;
        },
        onId: (id) => {
          resumeAt = id;
        },
      });
      if (ended) return sink.onEnd?.();
    } catch (error) {
      if (error instanceof Problem && error.status < 500 && !PASSING.includes(error.status)) {
        trouble.delete(signal);
        return sink.onRefused?.(error);
      }
    } finally {
      attempt.abort();
      signal.removeEventListener("abort", stop);
    }
    if (signal.aborted) break;
    trouble.add(signal);
    await pause(
      Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures++) * (0.75 + Math.random() / 2),
      signal,
    );
  }
  trouble.delete(signal);
}

interface Reading extends LiveSink {
  onId: (id: string) => void;
}

async function readOnce(
  path: string,
  lastId: string | null,
  attempt: AbortController,
  reading: Reading,
): Promise<boolean> {
  const headers: Record<string, string> = { Accept: "text/event-stream" };
  if (lastId) headers["Last-Event-ID"] = lastId;
  let silence = setTimeout(() => attempt.abort(), SILENCE_MS);
  try {
    const response = await send(apiUrl(path), {
      headers,
      signal: attempt.signal,
      cache: "no-store",
    });
    if (!response.ok || !response.body) throw await problemOf(response);
    reading.onOpen?.(false);
    let isEnded = false;
    const parse = eventParser({
      onRetry: () => {},
      onEvent: ({ event, id, data }) => {
        if (event === "end") isEnded = true;
        else deliver(event, data, reading);
        if (id) reading.onId(id);
      },
    });
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    while (!isEnded) {
      const { done, value } = await reader.read();
      if (done) break;
      clearTimeout(silence);
      silence = setTimeout(() => attempt.abort(), SILENCE_MS);
      parse(decoder.decode(value, { stream: true }));
    }
    return isEnded;
  } finally {
    clearTimeout(silence);
  }
}

function deliver(event: string, data: string, sink: LiveSink): void {
  if (event === "journal") sink.onJournal?.(JSON.parse(data) as RunEvent);
  else if (event === "live") sink.onFrame?.(JSON.parse(data) as Frame);
  else if (event === "run") sink.onRun?.(JSON.parse(data) as Run);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      globalThis.removeEventListener?.("online", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
    globalThis.addEventListener?.("online", done);
  });
}

/**
 * Follow a stream while the component is shown; `path` null: not now.
 * The sink may change between renders, the connection stays.
 */
export function useLive(path: string | null, sink: LiveSink, lastId: string | null = null): void {
  const latest = useRef(sink);
  const start = useRef(lastId);
  useEffect(() => {
    latest.current = sink;
    start.current = lastId;
  });
  useEffect(() => {
    if (!path) return;
    const controller = new AbortController();
    const through: LiveSink = {
      onJournal: (event) => latest.current.onJournal?.(event),
      onFrame: (frame) => latest.current.onFrame?.(frame),
      onRun: (run) => latest.current.onRun?.(run),
      onOpen: (isAgain) => latest.current.onOpen?.(isAgain),
      onEnd: () => latest.current.onEnd?.(),
      onRefused: (problem) => latest.current.onRefused?.(problem),
    };
    void follow(path, through, controller.signal, start.current);
    return () => controller.abort();
  }, [path]);
}
