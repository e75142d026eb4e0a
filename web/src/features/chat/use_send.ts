import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ChatMessage, FileRef, Run } from "@/api/types";
import { messagesQuery, sendMessage } from "./queries";
import { newKey } from "./uploads";

/** A message between the composer and the server's answer. */
export interface Pending {
  text: string;
  files: string[];
  /** The same for every try, so that a try that did arrive is not said twice. */
  key: string;
  error: string | null;
}

interface Sending {
  pending: Pending | null;
  send: (text: string, files: string[]) => void;
  retry: () => void;
  /** Give the words back. */
  takeBack: () => Pending | null;
}

export function useSend(conversationId: string): Sending {
  const client = useQueryClient();
  const [pending, setPending] = useState<Pending | null>(null);

  async function attempt(message: Pending): Promise<void> {
    setPending({ ...message, error: null });
    try {
      const run = await sendMessage(conversationId, message.text, message.files, message.key);
      const { queryKey } = messagesQuery(conversationId);
      client.setQueryData(queryKey, (old) => withRun(old ?? [], run, message));
      setPending(null);
      void client.invalidateQueries({ queryKey: ["conversations", "list"] });
      void client.invalidateQueries({ queryKey: ["conversations", "one", conversationId] });
    } catch (error) {
      setPending({ ...message, error: (error as Error).message });
    }
  }

  return {
    pending,
    send: (text, files) => void attempt({ text, files, key: newKey(), error: null }),
    retry: () => pending && void attempt(pending),
    takeBack: () => {
      setPending(null);
      return pending;
    },
  };
}

/** The message as the list will have it when it is read again. */
function withRun(messages: ChatMessage[], run: Run, said: Pending): ChatMessage[] {
  if (messages.some((each) => each.run.id === run.id)) return messages;
  return [
    ...messages,
    { run, user: { text: said.text, files: said.files.map(asFile) }, assistant: null },
  ];
}

export function asFile(path: string): FileRef {
  return { path, media_type: "application/octet-stream", size: 0, title: null };
}
