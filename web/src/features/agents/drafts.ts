/** What was typed into an agent and not saved, kept in this browser: nothing typed is ever lost. */
const PREFIX = "cadre.agent_draft.";
const nameOf = (agent: string | null) => `${PREFIX}${agent ?? "+new"}`;

export function readDraft(agent: string | null): string | null {
  try {
    return localStorage.getItem(nameOf(agent));
  } catch {
    return null;
  }
}

export function keepDraft(agent: string | null, yaml: string): void {
  try {
    localStorage.setItem(nameOf(agent), yaml);
  } catch {
    // Full or refused: the page still has it.
  }
}

export function dropDraft(agent: string | null): void {
  try {
    localStorage.removeItem(nameOf(agent));
  } catch {
    // Nothing was kept.
  }
}
