/** Live frames gathered into what a running step has said so far. */

import type { Frame } from "@/api/types";
import { asNumber, asText } from "./json";
import type { LiveText } from "./timeline";

/** Enough to read along; the whole text is in the journal when the step ends. */
const OUTPUT_KEPT = 20_000;

export function hear(heard: LiveText | null, frame: Frame): LiveText {
  const live = heard ?? { text: "", reasoning: "", output: "", calls: [], progress: null };
  switch (frame.type) {
    case "text.delta":
      return { ...live, text: live.text + asText(frame["text"]) };
    case "reasoning.delta":
      return { ...live, reasoning: live.reasoning + asText(frame["text"]) };
    case "text.snapshot":
      return {
        ...live,
        text: asText(frame["text"]),
        reasoning: asText(frame["reasoning"]),
        calls: asText(frame["text"]) === "" ? [] : live.calls,
      };
    case "output.delta":
      return { ...live, output: (live.output + asText(frame["text"])).slice(-OUTPUT_KEPT) };
    case "call.delta":
      return { ...live, calls: withCall(live.calls, frame) };
    case "progress":
      return { ...live, progress: { text: asText(frame["text"]), fraction: fraction(frame) } };
    default:
      return live;
  }
}

function withCall(calls: LiveText["calls"], frame: Frame): LiveText["calls"] {
  const index = asNumber(frame["index"], 0);
  const next = [...calls];
  while (next.length <= index) next.push({ name: "", arguments: "" });
  const call = next[index] ?? { name: "", arguments: "" };
  next[index] = {
    name: asText(frame["name"]) || call.name,
    arguments: call.arguments + asText(frame["arguments"]),
  };
  return next;
}

function fraction(frame: Frame): number | null {
  const value = frame["fraction"];
  return typeof value === "number" ? Math.min(1, Math.max(0, value)) : null;
}
