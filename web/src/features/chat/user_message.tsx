import { ChevronLeft, ChevronRight, Pencil } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import type { FileRef } from "@/api/types";
import { Button, IconButton } from "@/ui/button";
import { CopyButton } from "@/ui/code_block";
import { FileChips } from "./answer_files";
import { AutoGrow } from "./auto_grow";

interface Props {
  text: string;
  files: FileRef[];
  conversationId: string;
  versions?: { count: number; at: number; onChoose: (at: number) => void };
  /** Sends it again in other words, as another version. */
  onEdit?: (text: string) => Promise<void>;
}

export function UserMessage({ text, files, conversationId, versions, onEdit }: Props) {
  const [isEditing, setEditing] = useState(false);
  if (isEditing && onEdit) {
    return <Editor text={text} onSend={onEdit} onClose={() => setEditing(false)} />;
  }
  return (
    <article
      aria-label="You said"
      className="group/said flex flex-col items-end gap-1.5 pl-10 max-md:pl-6"
    >
      <div className="max-w-full rounded-xl rounded-br-sm bg-accent-soft px-3.5 py-2 text-14 break-words whitespace-pre-wrap">
        {text}
      </div>
      {files.length > 0 && <FileChips files={files} place={`/conversations/${conversationId}`} />}
      <div className="-mr-1 -mb-4 flex h-7 items-center">
        <div className="flex opacity-0 transition-opacity duration-120 group-focus-within/said:opacity-100 group-hover/said:opacity-100 max-md:opacity-100">
          <CopyButton text={text} label="Copy message" />
          {onEdit && (
            <IconButton
              icon={Pencil}
              label="Edit and send again"
              onClick={() => setEditing(true)}
            />
          )}
        </div>
        {versions && versions.count > 1 && <Versions {...versions} />}
      </div>
    </article>
  );
}

function Versions({
  count,
  at,
  onChoose,
}: {
  count: number;
  at: number;
  onChoose: (at: number) => void;
}) {
  return (
    <fieldset
      aria-label="Versions of this message"
      className="flex items-center text-12 text-ink-3"
    >
      <IconButton
        icon={ChevronLeft}
        label="Earlier version"
        disabled={at === 0}
        onClick={() => onChoose(at - 1)}
      />
      <span className="tabular">
        {at + 1} / {count}
      </span>
      <IconButton
        icon={ChevronRight}
        label="Later version"
        disabled={at === count - 1}
        onClick={() => onChoose(at + 1)}
      />
    </fieldset>
  );
}

interface EditorProps {
  text: string;
  onSend: (text: string) => Promise<void>;
  onClose: () => void;
}

function Editor({ text, onSend, onClose }: EditorProps) {
  const [draft, setDraft] = useState(text);
  const [isBusy, setBusy] = useState(false);
  async function send(): Promise<void> {
    setBusy(true);
    try {
      await onSend(draft.trim());
      onClose();
    } catch {
      setBusy(false);
    }
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") onClose();
    if (event.key === "Enter" && !event.shiftKey && draft.trim()) {
      event.preventDefault();
      void send();
    }
  }
  return (
    <div className="rounded-xl border border-accent-line bg-surface p-2.5">
      <AutoGrow
        autoFocus
        aria-label="Edit the message"
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={onKeyDown}
        className="px-1"
      />
      <div className="mt-2 flex items-center justify-end gap-2">
        <span className="mr-auto pl-1 text-12 text-ink-3 max-md:hidden">
          The first version stays beside this one.
        </span>
        <Button size="sm" tone="quiet" onClick={onClose}>
          Leave it
        </Button>
        <Button
          size="sm"
          tone="primary"
          isBusy={isBusy}
          disabled={!draft.trim() || draft.trim() === text}
          onClick={() => void send()}
        >
          Send
        </Button>
      </div>
    </div>
  );
}
