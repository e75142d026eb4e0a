/**
 * Renewing the page's short pass with its long one, which works once: of all tabs and requests
 * that need it at the same time, one asks.
 */
import { apiUrl, keepCsrf, problemOf, renewBefore, unsafeHeaders } from "./client";
import { isSame } from "./me";
import type { components } from "./schema";
import type { Me } from "./types";

type Schemas = components["schemas"];

const RENEWED = "cadre.renewed";

let running: Promise<boolean> | null = null;

/** Whether what was refused may be asked for once more. */
export async function recover(refused: Response): Promise<boolean> {
  if (refused.status === 401) return renew();
  const said = (await refused
    .clone()
    .json()
    .catch(() => ({}))) as { code?: string };
  // Another tab has signed in anew: its session has another token.
  if (said.code !== "csrf") return false;
  const response = await fetch(apiUrl("/me"), { headers: { Accept: "application/json" } });
  if (!response.ok) return false;
  return isSame((await response.json()) as Me);
}

/** Whether the page has a pass again; false: it has to sign in. */
export function renew(): Promise<boolean> {
  running ??= alone().finally(() => {
    running = null;
  });
  return running;
}

async function alone(): Promise<boolean> {
  // Missing where the page came over plain HTTP from another machine.
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  const askedAt = Date.now();
  if (locks === undefined) return ask();
  return locks.request(RENEWED, async () => renewedAt() > askedAt || ask());
}

async function ask(): Promise<boolean> {
  const headers = { Accept: "application/json", ...unsafeHeaders() };
  const response = await fetch(apiUrl("/session/refresh"), { method: "POST", headers });
  if (response.status === 401) return false;
  if (!response.ok) throw await problemOf(response);
  const { csrf, expires_at } = (await response.json()) as Schemas["Refreshed"];
  keepCsrf(csrf);
  renewBefore(expires_at);
  tellOtherTabs();
  return true;
}

function renewedAt(): number {
  try {
    return Number(localStorage.getItem(RENEWED));
  } catch {
    return 0;
  }
}

function tellOtherTabs(): void {
  try {
    localStorage.setItem(RENEWED, String(Date.now()));
  } catch {
    // Each tab renews for itself then; the server takes that for what it is.
  }
}
