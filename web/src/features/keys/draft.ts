/** A key as somebody fills it in, and what is sent of it. */
import { grantsOf, type Ticked } from "@/features/access/permissions";
import type { Environment } from "@/features/access/queries";
import type { KeyRequest } from "./queries";

export interface KeyDraft {
  name: string;
  /** Empty: one's own. */
  account: string;
  may: "all" | "models" | "some";
  ticked: Ticked;
  project: string;
  environment: string;
  models: string;
  rate: string;
  /** Days as text; empty: never. */
  expires: string;
}

const DAY_SECONDS = 86_400;
const ASK_MODELS: Ticked = { "models:read": "", "models:use": "" };

export const EMPTY: KeyDraft = {
  name: "",
  account: "",
  may: "all",
  ticked: {},
  project: "",
  environment: "",
  models: "",
  rate: "",
  expires: "90",
};

export const LIVES = [
  { id: "7", label: "7 days" },
  { id: "30", label: "30 days" },
  { id: "90", label: "90 days" },
  { id: "365", label: "A year" },
  { id: "", label: "Never" },
] as const;

/** What is wrong, by field. */
export function checkKey(draft: KeyDraft): Record<string, string> {
  const wrong: Record<string, string> = {};
  if (draft.name.trim() === "") wrong["name"] = "Say what it is for.";
  const rate = Number(draft.rate);
  if (draft.rate.trim() !== "" && !(Number.isInteger(rate) && rate >= 1 && rate <= 1_000_000))
    wrong["rate_per_minute"] = "A whole number from 1 to 1,000,000, or nothing.";
  if (draft.may === "some" && Object.keys(draft.ticked).length === 0)
    wrong["grants"] = "Tick at least one permission.";
  return wrong;
}

export function readKey(draft: KeyDraft, now: number): KeyRequest {
  const models = draft.models.split(/[\s,]+/u).filter(Boolean);
  const ticked = draft.may === "models" ? ASK_MODELS : draft.ticked;
  return {
    name: draft.name.trim(),
    ...(draft.account ? { service_account: draft.account } : {}),
    ...(draft.may === "all" ? {} : { grants: grantsOf(ticked) }),
    ...(draft.project ? { project: draft.project } : {}),
    ...(draft.environment ? { environment: draft.environment as Environment } : {}),
    ...(models.length > 0 ? { models } : {}),
    ...(draft.rate.trim() ? { rate_per_minute: Number(draft.rate) } : {}),
    ...(draft.expires ? { expires_at: now + Number(draft.expires) * DAY_SECONDS } : {}),
  };
}
