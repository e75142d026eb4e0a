import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { api, apiUrl, unsafeHeaders } from "@/api/client";
import type { Conversation } from "@/api/types";
import { toast } from "@/ui/toast";
import { patchConversation } from "./queries";

const UNDO_SECONDS = 6;

/** Deleted at once for the eye, and for good when the time for undo is over or the page is left. */
export function useDelete(): (conversation: Conversation) => void {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { id: shown } = useParams({ strict: false });

  return (conversation) => {
    const { id } = conversation;
    const restore = patchConversation(client, id, null);
    if (shown === id) void navigate({ to: "/" });

    const settle = () => {
      clearTimeout(timer);
      removeEventListener("pagehide", leave);
    };
    const leave = () => {
      settle();
      const address = apiUrl(`/conversations/${id}`);
      void fetch(address, { method: "DELETE", headers: unsafeHeaders(), keepalive: true });
    };
    const timer = setTimeout(async () => {
      settle();
      try {
        await api.delete(`/conversations/${id}`);
      } catch (error) {
        restore();
        toast((error as Error).message, { isError: true });
      }
      void client.invalidateQueries({ queryKey: ["conversations", "list"] });
    }, UNDO_SECONDS * 1000);
    addEventListener("pagehide", leave);
    toast(`Deleted “${conversation.title || "conversation"}”`, {
      seconds: UNDO_SECONDS,
      onUndo: () => {
        settle();
        restore();
        void client.invalidateQueries({ queryKey: ["conversations", "list"] });
      },
    });
  };
}
