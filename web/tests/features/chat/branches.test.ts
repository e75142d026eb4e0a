import { describe, expect, it } from "vitest";
import type { ChatMessage, Run } from "@/api/types";
import { activeBranch, choose, isOldBranch } from "@/features/chat/branches";

let clock = 0;

function said(id: string, forkOf?: string): ChatMessage {
  const origin = forkOf ? { type: "fork", run_id: forkOf, seq: 0 } : null;
  return {
    run: { id, origin, created_at: clock++ } as Run,
    user: { text: id, files: [] },
    assistant: null,
  };
}

const path = (messages: ChatMessage[], choices = new Map<string, string>()) =>
  activeBranch(messages, choices).map(({ message }) => message.run.id);

describe("activeBranch", () => {
  it("is the whole conversation when nothing was edited", () => {
    expect(path([said("a"), said("b"), said("c")])).toEqual(["a", "b", "c"]);
  });

  it("goes on from the edited message; what followed the first version stays with that", () => {
    const messages = [said("a"), said("b"), said("c"), said("b2", "b"), said("d")];
    expect(path(messages)).toEqual(["a", "b2", "d"]);
    expect(path(messages, new Map([["b", "b"]]))).toEqual(["a", "b", "c"]);
  });

  it("counts all versions of a message, also of one that was edited twice", () => {
    const messages = [said("a"), said("a2", "a"), said("a3", "a2")];
    expect(activeBranch(messages, new Map())).toMatchObject([
      { versions: ["a", "a2", "a3"], version: 2 },
    ]);
  });

  it("follows the person's choice and says when it is not the newest", () => {
    const messages = [said("a"), said("b"), said("b2", "b")];
    const choices = choose(messages, new Map(), "b");
    const branch = activeBranch(messages, choices);
    expect(branch.map(({ message }) => message.run.id)).toEqual(["a", "b"]);
    expect(isOldBranch(messages, branch)).toBe(true);
    expect(isOldBranch(messages, activeBranch(messages, new Map()))).toBe(false);
  });

  it("is empty for an empty conversation", () => {
    expect(path([])).toEqual([]);
    expect(isOldBranch([], [])).toBe(false);
  });
});
