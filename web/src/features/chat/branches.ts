/**
 * Messages of a conversation as a tree. A message that was edited or tried again is a fork of its run:
 * a sibling of it. Whatever was said afterwards belongs to the branch that it was said in.
 */
import type { ChatMessage } from "@/api/types";

export interface Branch {
  message: ChatMessage;
  /** All versions of this message, oldest first. */
  versions: string[];
  /** The place of this one among them. */
  version: number;
}

/** Choices of the person: the version to show, by the run that came first. */
export type Choices = ReadonlyMap<string, string>;

interface Node {
  message: ChatMessage;
  first: string;
  parent: string | null;
}

const START = "";

/** The messages of the branch in view, in order. Unchosen: the newest. */
export function activeBranch(messages: readonly ChatMessage[], choices: Choices): Branch[] {
  const nodes = asTree(messages);
  const path: Branch[] = [];
  let at: string | null = null;
  for (;;) {
    const next = nodes.filter(({ parent }) => parent === at);
    const first = next[0]?.first;
    if (first === undefined) return path;
    const versions = next.filter((node) => node.first === first);
    const chosen =
      versions.find(({ message }) => message.run.id === choices.get(first)) ?? versions.at(-1);
    if (!chosen) return path;
    path.push({
      message: chosen.message,
      versions: versions.map(({ message }) => message.run.id),
      version: versions.indexOf(chosen),
    });
    at = chosen.message.run.id;
  }
}

function asTree(messages: readonly ChatMessage[]): Node[] {
  const nodes = new Map<string, Node>();
  let before: string | null = null;
  for (const message of inOrder(messages)) {
    const { id, origin } = message.run;
    const source = origin ? nodes.get(origin.run_id) : undefined;
    nodes.set(
      id,
      source
        ? { message, first: source.first, parent: source.parent }
        : { message, first: id, parent: before },
    );
    before = id;
  }
  return [...nodes.values()];
}

function inOrder(messages: readonly ChatMessage[]): ChatMessage[] {
  return [...messages].sort(
    (a, b) => a.run.created_at - b.run.created_at || (a.run.id < b.run.id ? -1 : 1),
  );
}

/** Whether the next message would be said in another branch than the one in view. */
export function isOldBranch(messages: readonly ChatMessage[], branch: readonly Branch[]): boolean {
  const newest = inOrder(messages).at(-1)?.run.id ?? START;
  return newest !== (branch.at(-1)?.message.run.id ?? START);
}

/** The choices with `runId` shown in place of its other versions. */
export function choose(messages: readonly ChatMessage[], choices: Choices, runId: string): Choices {
  const node = asTree(messages).find(({ message }) => message.run.id === runId);
  return node ? new Map(choices).set(node.first, runId) : choices;
}
