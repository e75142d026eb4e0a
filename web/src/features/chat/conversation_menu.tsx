import { useQueryClient } from "@tanstack/react-query";
import { Ellipsis, Pencil, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { api } from "@/api/client";
import type { Conversation } from "@/api/types";
import { Button, IconButton } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, Input } from "@/ui/field";
import { Menu } from "@/ui/popover";
import { toast } from "@/ui/toast";
import { patchConversation } from "./queries";
import { useDelete } from "./use_delete";

export function ConversationMenu({ conversation }: { conversation: Conversation }) {
  const [isRenaming, setRenaming] = useState(false);
  const remove = useDelete();
  return (
    <>
      <Menu
        trigger={<IconButton icon={Ellipsis} label="More" />}
        items={[
          { label: "Rename", icon: Pencil, onSelect: () => setRenaming(true) },
          { label: "Delete", icon: Trash2, isDanger: true, onSelect: () => remove(conversation) },
        ]}
      />
      {isRenaming && <Rename conversation={conversation} onClose={() => setRenaming(false)} />}
    </>
  );
}

function Rename({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const client = useQueryClient();
  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const title = String(new FormData(event.currentTarget).get("title") ?? "").trim();
    if (!title) return;
    const restore = patchConversation(client, conversation.id, { title });
    onClose();
    try {
      await api.patch(`/conversations/${conversation.id}`, { title });
    } catch (error) {
      restore();
      toast((error as Error).message, { isError: true });
    }
  }
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Rename"
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button tone="primary" type="submit" form="rename">
            Rename
          </Button>
        </>
      }
    >
      <form id="rename" onSubmit={submit}>
        <Field label="Name">
          {(ids) => (
            <Input
              name="title"
              defaultValue={conversation.title}
              maxLength={200}
              required
              {...ids}
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
