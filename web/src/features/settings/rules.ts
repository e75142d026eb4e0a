/** The org's rules of the gate as a table that a person edits. */
export type Effect = "allow" | "ask" | "deny";

export interface GateRule {
  tool: string;
  arguments?: Record<string, string> | null;
  effect: Effect;
  reason: string;
}

/** A rule in the table: the pattern of arguments is one text, `name = pattern` per line. */
export interface DraftRule {
  id: string;
  tool: string;
  patterns: string;
  effect: Effect;
  reason: string;
}

let lastId = 0;

export function newDraft(): DraftRule {
  lastId += 1;
  return { id: `rule-${lastId}`, tool: "", patterns: "", effect: "ask", reason: "" };
}

export function toDraft(rule: GateRule): DraftRule {
  const patterns = Object.entries(rule.arguments ?? {})
    .map(([name, pattern]) => `${name} = ${pattern}`)
    .join("\n");
  return { ...newDraft(), tool: rule.tool, patterns, effect: rule.effect, reason: rule.reason };
}

export type RuleErrors = Partial<Record<"tool" | "patterns", string>>;

export function checkDraft(draft: DraftRule): RuleErrors {
  const errors: RuleErrors = {};
  if (draft.tool.trim() === "") errors.tool = "Name a tool, or * for every tool.";
  else if (/\s/.test(draft.tool.trim())) errors.tool = "One tool or pattern, without spaces.";
  const bad = patternLines(draft.patterns).find((line) => splitPattern(line) === null);
  if (bad !== undefined) errors.patterns = `Write “name = pattern”, not “${bad}”.`;
  return errors;
}

export function fromDraft(draft: DraftRule): GateRule {
  const pairs = patternLines(draft.patterns).flatMap((line) => {
    const pair = splitPattern(line);
    return pair === null ? [] : [pair];
  });
  const rule: GateRule = { tool: draft.tool.trim(), effect: draft.effect, reason: draft.reason };
  if (pairs.length > 0) rule.arguments = Object.fromEntries(pairs);
  return rule;
}

function patternLines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function splitPattern(line: string): [string, string] | null {
  const match = /^([A-Za-z_][\w.]*)\s*=\s*(.+)$/.exec(line);
  return match === null ? null : [match[1] ?? "", match[2] ?? ""];
}

export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  if (to < 0 || to >= items.length || from === to) return [...items];
  const next = [...items];
  const [item] = next.splice(from, 1);
  if (item !== undefined) next.splice(to, 0, item);
  return next;
}

export function sameRules(a: readonly GateRule[], b: readonly GateRule[]): boolean {
  const text = (rules: readonly GateRule[]) =>
    JSON.stringify(
      rules.map((r) => [r.tool, Object.entries(r.arguments ?? {}), r.effect, r.reason]),
    );
  return text(a) === text(b);
}
