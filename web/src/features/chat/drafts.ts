/** What was typed and not sent, kept per conversation. */
import { useCallback, useState } from "react";
import { stored } from "@/lib/stored";

const nameOf = (place: string) => `cadre.draft.${place}`;

export function useDraft(place: string): [string, (text: string) => void] {
  const [draft, setDraft] = useState(() => ({
    place,
    text: stored<string>(nameOf(place), "").read(),
  }));
  const text = draft.place === place ? draft.text : stored<string>(nameOf(place), "").read();
  const write = useCallback(
    (next: string) => {
      stored<string>(nameOf(place), "").write(next);
      setDraft({ place, text: next });
    },
    [place],
  );
  return [text, write];
}
