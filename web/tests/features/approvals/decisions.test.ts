import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Approval } from "@/api/types";
import { type Decision, newDecisions } from "@/features/approvals/decisions";

const APPROVAL = { id: "ap_1", call_hash: "h" } as Approval;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function recorder(answer: () => Promise<unknown> = async () => {}) {
  const sent: Decision[] = [];
  const decisions = newDecisions(async (_approval, decision) => {
    sent.push(decision);
    await answer();
  }, 1000);
  return { sent, decisions, state: () => decisions.read().get("ap_1")?.state };
}

describe("a decision", () => {
  it("is held for a moment and then sent once", async () => {
    const { sent, decisions, state } = recorder();

    decisions.decide(APPROVAL, { decision: "approve" }, () => {});
    expect([sent.length, state()]).toEqual([0, "held"]);
    await vi.advanceTimersByTimeAsync(5000);

    expect(sent).toEqual([{ decision: "approve" }]);
    expect(state()).toBeUndefined();
  });

  it("that is taken back is never sent", async () => {
    const { sent, decisions, state } = recorder();

    decisions.decide(APPROVAL, { decision: "approve" }, () => {});
    decisions.takeBack("ap_1");
    await vi.advanceTimersByTimeAsync(5000);

    expect([sent.length, state()]).toEqual([0, undefined]);
  });

  it("replaces an earlier one that is still held", async () => {
    const { sent, decisions } = recorder();

    decisions.decide(APPROVAL, { decision: "approve" }, () => {});
    decisions.decide(APPROVAL, { decision: "deny", note: "no" }, () => {});
    await vi.advanceTimersByTimeAsync(5000);

    expect(sent).toEqual([{ decision: "deny", note: "no" }]);
  });

  it("is sent at once when the page goes away", async () => {
    const { sent, decisions } = recorder();

    decisions.decide(APPROVAL, { decision: "approve" }, () => {});
    decisions.sendAll();
    await vi.advanceTimersByTimeAsync(5000);

    expect(sent).toHaveLength(1);
  });

  it("that the server refuses is kept, with the reason", async () => {
    const { decisions, state } = recorder(() => Promise.reject(new Error("expired")));

    decisions.decide(APPROVAL, { decision: "approve" }, () => {});
    await vi.advanceTimersByTimeAsync(5000);

    expect(state()).toBe("failed");
    expect(decisions.read().get("ap_1")?.error?.message).toBe("expired");
  });
});
