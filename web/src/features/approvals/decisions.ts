/**
 * Decisions on their way. Each waits a moment before it is sent, because there is no way back
 * after that: an approved call acts. Leaving the page sends it; taking it back before then undoes it.
 */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useSyncExternalStore } from "react";
import { apiUrl, Problem, problemOf, send, Unreachable, unsafeHeaders } from "@/api/client";
import type { Approval } from "@/api/types";

export interface Decision {
  decision: "approve" | "deny" | "edit";
  arguments?: Record<string, unknown>;
  note?: string;
}

export interface Pending {
  decision: Decision;
  state: "held" | "sending" | "failed";
  /** When it is sent, in Unix milliseconds. */
  sendsAt: number;
  error: Error | null;
}

export const HELD_MS = 3000;

type Send = (approval: Approval, decision: Decision) => Promise<unknown>;

/** The decisions that are held back, by approval. Framework-free, so that its timing is tested. */
export function newDecisions(send: Send, heldMs = HELD_MS) {
  let pending: ReadonlyMap<string, Pending> = new Map();
  const held = new Map<string, { timer: ReturnType<typeof setTimeout>; go: () => void }>();
  const listeners = new Set<() => void>();

  function put(id: string, value: Pending | null): void {
    const next = new Map(pending);
    if (value === null) next.delete(id);
    else next.set(id, value);
    pending = next;
    for (const listener of listeners) listener();
  }

  function decide(approval: Approval, decision: Decision, done: () => void): void {
    takeBack(approval.id);
    const go = async () => {
      clearTimeout(held.get(approval.id)?.timer);
      held.delete(approval.id);
      const sending = { decision, sendsAt: Date.now(), error: null };
      put(approval.id, { ...sending, state: "sending" });
      try {
        await send(approval, decision);
        done();
        put(approval.id, null);
      } catch (error) {
        put(approval.id, { ...sending, state: "failed", error: error as Error });
      }
    };
    const timer = setTimeout(() => void go(), heldMs);
    held.set(approval.id, { timer, go: () => void go() });
    put(approval.id, { decision, state: "held", sendsAt: Date.now() + heldMs, error: null });
  }

  function takeBack(id: string): void {
    clearTimeout(held.get(id)?.timer);
    held.delete(id);
    if (pending.get(id)?.state !== "sending") put(id, null);
  }

  return {
    decide,
    takeBack,
    sendNow: (id: string) => held.get(id)?.go(),
    sendAll: () => {
      for (const { go } of [...held.values()]) go();
    },
    read: () => pending,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const decisions = newDecisions(async (approval, decision) => {
  const response = await send(apiUrl(`/approvals/${approval.id}/decision`), {
    method: "POST",
    headers: { "Content-Type": "application/json", ...unsafeHeaders() },
    body: JSON.stringify({ ...decision, call_hash: approval.call_hash }),
    // It must arrive also when it is sent by a page that goes away.
    keepalive: true,
  }).catch((error: unknown) => {
    throw error instanceof Problem ? error : new Unreachable();
  });
  if (!response.ok) throw await problemOf(response);
});

globalThis.addEventListener?.("pagehide", decisions.sendAll);

export function useDecision(approval: Approval) {
  const client = useQueryClient();
  const all = useSyncExternalStore(decisions.subscribe, decisions.read, decisions.read);
  const decide = useCallback(
    (decision: Decision) =>
      decisions.decide(approval, decision, () => {
        void client.invalidateQueries({ queryKey: ["approvals"] });
      }),
    [approval, client],
  );
  return {
    pending: all.get(approval.id) ?? null,
    decide,
    takeBack: () => decisions.takeBack(approval.id),
    sendNow: () => decisions.sendNow(approval.id),
  };
}
