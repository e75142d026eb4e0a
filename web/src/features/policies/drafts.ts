/** What was typed into a policy and not saved, kept in this browser: nothing typed is ever lost. */
export interface Typed {
  text: string;
  tests: string;
}

const PREFIX = "cadre.policy_draft.";

export function readDraft(name: string): Typed | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(PREFIX + name) ?? "null");
    return isTyped(kept) ? kept : null;
  } catch {
    return null;
  }
}

function isTyped(value: unknown): value is Typed {
  if (typeof value !== "object" || value === null) return false;
  const { text, tests } = value as Partial<Typed>;
  return typeof text === "string" && typeof tests === "string";
}

export function keepDraft(name: string, typed: Typed): void {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(typed));
  } catch {
    // Full or refused: the page still has it.
  }
}

export function dropDraft(name: string): void {
  try {
    localStorage.removeItem(PREFIX + name);
  } catch {
    // Nothing was kept.
  }
}

/** Names of all policies with something typed and not saved. */
export function draftNames(): string[] {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => key.slice(PREFIX.length))
      .sort();
  } catch {
    return [];
  }
}
