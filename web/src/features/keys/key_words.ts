/** What a key may, in a few words. */
import { aboutWords, byAbout } from "@/features/access/permissions";
import { count } from "@/lib/format";
import type { ApiKey } from "./queries";

const NAMED = 3;

/** "all its owner may", "Models, Runs", and the models it is kept to. */
export function mayWords({ grants, models }: Pick<ApiKey, "grants" | "models">): string {
  const may = grants === null ? "all its owner may" : aboutAll(grants.map((g) => g.permission));
  if (models === null) return may;
  const named = models.slice(0, 2).join(", ");
  const more = models.length > 2 ? ` and ${models.length - 2} more` : "";
  return `${may}; of models ${named}${more}`;
}

function aboutAll(permissions: readonly string[]): string {
  if (permissions.includes("*")) return "everything";
  const abouts = byAbout(permissions.map((permission) => ({ permission }))).map(([about]) =>
    aboutWords(about),
  );
  if (abouts.length <= NAMED) return abouts.join(", ");
  return `${abouts.slice(0, NAMED).join(", ")} and ${count(abouts.length - NAMED)} more`;
}

const DAY_SECONDS = 86_400;
const SOON_DAYS = 7;

/** "never", "in 12 days"; `isSoon` within a week. */
export function expiryWords(
  expiresAt: number | null,
  now: number,
): { text: string; isSoon: boolean } {
  if (expiresAt === null) return { text: "never expires", isSoon: false };
  const days = Math.floor((expiresAt - now) / DAY_SECONDS);
  const text = days < 1 ? "expires today" : `expires in ${count(days, "day")}`;
  return { text, isSoon: days < SOON_DAYS };
}
