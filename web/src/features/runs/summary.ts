/** A few words beside a row's name that say what this step is about. */
import { asData, asList, asText, type Data } from "./json";
import type { TimelineRow } from "./timeline";

/** The arguments that say most, in this order. */
const TELLING = ["command", "query", "path", "url", "pattern", "title", "code", "text"];

export function summary(row: TimelineRow): string {
  switch (row.kind) {
    case "model":
      return row.output === null
        ? liveWords(row)
        : replyWords(asData(asData(row.output)["message"]));
    case "tool":
    case "gate":
      return row.kind === "gate" ? (row.outcome ?? "") : argumentWords(asData(row.input));
    case "approval":
      return [row.outcome ?? row.reason ?? "", row.by === null ? "" : `by ${row.by}`]
        .filter((part) => part !== "")
        .join(" ");
    case "wait":
      return row.outcome ?? row.reason ?? "";
    default:
      return row.outcome ?? "";
  }
}

function replyWords(message: Data): string {
  const calls = asList(message["calls"]).map((call) => asText(asData(call)["name"]));
  if (calls.length > 0) return `calls ${calls.join(", ")}`;
  return plain(asText(message["text"]));
}

function liveWords(row: TimelineRow): string {
  const calls = row.live?.calls.map((call) => call.name) ?? [];
  if (calls.length > 0) return `calls ${calls.join(", ")}`;
  return plain((row.live?.text || row.live?.reasoning || "").slice(-160));
}

function argumentWords(input: Data): string {
  for (const name of TELLING) {
    const value = input[name];
    if (typeof value === "string" && value.trim() !== "") return oneLine(value);
  }
  const first = Object.values(input).find((value) => typeof value === "string");
  return oneLine(asText(first));
}

/** Words without the marks of markdown. */
function plain(text: string): string {
  return oneLine(text.replace(/[*`#|]+/g, ""));
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim().slice(0, 160);
}
