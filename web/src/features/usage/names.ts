/** What people call the ids that usage is counted under. */
import { useQuery } from "@tanstack/react-query";
import { useMe } from "@/api/me";
import { type Dimension, NONE, noneLabel } from "./filter";
import { keysQuery } from "./queries";

const WORDS: Partial<Record<Dimension, Record<string, string>>> = {
  via: { run: "Runs of agents", gateway: "API", console: "Console", probe: "Health checks" },
  status: { ok: "Answered", error: "Failed", cancelled: "Cancelled", refused: "Refused" },
  kind: {
    chat: "Chat",
    embedding: "Embedding",
    speech: "Speech",
    transcription: "Transcription",
  },
};

export type NameOf = (dimension: Dimension, name: string) => string;

/** A revoked key keeps its id: the money that it spent is still there. */
export function useNames(): NameOf {
  const { user } = useMe();
  const { data } = useQuery(keysQuery);
  return (dimension, name) => {
    if (name === "" || name === NONE) return noneLabel(dimension);
    if (dimension === "key") return data?.items.find(({ id }) => id === name)?.name ?? name;
    if (dimension === "user" && name === user.id) return user.name;
    return WORDS[dimension]?.[name] ?? name;
  };
}
