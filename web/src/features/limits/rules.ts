/** Limits as people read them: whose they are, what they count, how full they are. */
import { count } from "@/lib/format";
import type { Endpoints, LimitRule, Used } from "./queries";

export const KINDS = [
  { id: "user", each: "Each person", one: "One person", example: "user_…" },
  { id: "key", each: "Each API key", one: "One API key", example: "key_…" },
  { id: "service", each: "Each service account", one: "One service account", example: "svc_…" },
  {
    id: "address",
    each: "Each address of the network",
    one: "One address",
    example: "203.0.113.7",
  },
  { id: "org", each: "The whole organisation", one: null, example: "" },
] as const;

export const ENDPOINTS: { id: Endpoints; label: string }[] = [
  { id: "sign_in", label: "Signing in" },
  { id: "reads", label: "Reading" },
  { id: "writes", label: "Changing" },
  { id: "uploads", label: "Uploading" },
  { id: "gateway", label: "Calls to models by the gateway" },
];

export function endpointsLabel(id: Endpoints): string {
  return ENDPOINTS.find((each) => each.id === id)?.label ?? id;
}

export interface Limit extends LimitRule {
  kind: string;
  /** Null: it is for each of the kind. */
  subjectId: string | null;
  /** The fullest window that counts under it; null if none does just now. */
  fullest: Used | null;
}

function split(subject: string): [string, string | null] {
  const at = subject.indexOf(":");
  return at < 0 ? [subject, null] : [subject.slice(0, at), subject.slice(at + 1)];
}

/** Rules with their use, in the order of `KINDS`; those of one subject after those of each. */
export function limitsOf(rules: readonly LimitRule[], used: readonly Used[]): Limit[] {
  const own = new Set(rules.map(({ subject, endpoints }) => `${subject} ${endpoints}`));
  const limits = rules.map((rule): Limit => {
    const [kind, subjectId] = split(rule.subject);
    const fitting = used.filter((window) => {
      if (window.endpoints !== rule.endpoints) return false;
      if (subjectId !== null || kind === "org") return window.subject === rule.subject;
      // What has a rule of its own does not count under that of each.
      return split(window.subject)[0] === kind && !own.has(`${window.subject} ${rule.endpoints}`);
    });
    return { ...rule, kind, subjectId, fullest: fullestOf(fitting) };
  });
  const place = ({ kind, subjectId, endpoints }: Limit) =>
    KINDS.findIndex(({ id }) => id === kind) * 100 +
    (subjectId === null ? 0 : 50) +
    ENDPOINTS.findIndex(({ id }) => id === endpoints);
  return limits.sort((a, b) => place(a) - place(b) || a.subject.localeCompare(b.subject));
}

function fullestOf(windows: readonly Used[]): Used | null {
  return windows.reduce<Used | null>(
    (best, each) => (best === null || shareOf(each) > shareOf(best) ? each : best),
    null,
  );
}

export function shareOf({ used, requests }: Pick<Used, "used" | "requests">): number {
  if (requests === 0) return used > 0 ? 1 : 0;
  return used / requests;
}

export function limitWords({ requests, seconds }: Pick<LimitRule, "requests" | "seconds">): string {
  if (requests === 0) return "none at all";
  return `${count(requests)} in ${spanWords(seconds)}`;
}

function spanWords(seconds: number): string {
  if (seconds === 1) return "a second";
  if (seconds === 60) return "a minute";
  if (seconds === 3600) return "an hour";
  if (seconds === 86_400) return "a day";
  return seconds % 60 === 0 ? `${seconds / 60} minutes` : `${seconds} seconds`;
}

/** What a number that was typed is not, or null. */
export function numberFault(text: string, least: number, most: number): string | null {
  const value = Number(text);
  if (text.trim() === "" || !Number.isInteger(value) || value < least || value > most) {
    return `A whole number from ${count(least)} to ${count(most)}.`;
  }
  return null;
}
