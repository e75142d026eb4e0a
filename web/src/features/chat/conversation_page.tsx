import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { ArrowDown } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { type ChatMessage, isOver, type Run } from "@/api/types";
import { wasShortcutJustUsed } from "@/lib/shortcuts";
import { Button, buttonClass } from "@/ui/button";
import { ErrorNote, Spinner } from "@/ui/notes";
import { PaneHeader } from "@/ui/panes";
import { toast } from "@/ui/toast";
import { activeBranch, type Choices, choose, isOldBranch } from "./branches";
import { Composer } from "./composer";
import { ConversationMenu } from "./conversation_menu";
import { useDraft } from "./drafts";
import { DropZone } from "./drop_zone";
import { PendingMessage } from "./pending_message";
import { cancelRun, conversationQuery } from "./queries";
import { Turn } from "./turn";
import { useConversation } from "./use_conversation";
import { useSend } from "./use_send";
import { useStick } from "./use_stick";
import { useUploads } from "./use_uploads";

export function ConversationPage() {
  const { id } = useParams({ from: "/shell/chat/chat/$id" });
  return <Conversation key={id} id={id} />;
}

function Conversation({ id }: { id: string }) {
  const navigate = useNavigate();
  const about = useQuery(conversationQuery(id));
  const { messages, error, logs, openLog } = useConversation(id);
  const [choices, setChoices] = useState<Choices>(new Map());
  const branch = useMemo(() => activeBranch(messages ?? [], choices), [messages, choices]);
  const uploads = useUploads(id);
  const sending = useSend(id);
  const [draft, setDraft] = useDraft(id);
  const [takesFocus] = useState(() => !wasShortcutJustUsed());
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const { isAtEnd, toEnd } = useStick(box, content);
  const active = messages?.find(({ run }) => !isOver(run.status))?.run;

  async function send(): Promise<void> {
    const text = draft.trim();
    const files = await uploads.finish(id).catch(() => null);
    if (!text || !files) return;
    setDraft("");
    uploads.clear();
    sending.send(text, files);
    toEnd();
  }

  function retry({ user }: ChatMessage): void {
    sending.send(
      user.text,
      user.files.map(({ path }) => path),
    );
    toEnd();
  }

  function onChoose(runId: string): void {
    setChoices((before) => choose(messages ?? [], before, runId));
  }

  return (
    <DropZone onFiles={uploads.add}>
      <PaneHeader
        title={about.data?.title || "Conversation"}
        aside={<span className="truncate text-12 text-ink-3">{about.data?.agent}</span>}
        actions={about.data && <ConversationMenu conversation={about.data} />}
        onBack={() => void navigate({ to: "/" })}
      />
      <div ref={box} className="pane grow" tabIndex={-1}>
        <div
          ref={content}
          role="log"
          aria-label="Messages"
          aria-live="off"
          className="mx-auto flex w-full max-w-190 flex-col gap-8 px-6 pt-6 pb-10 max-md:px-4"
        >
          {error && !messages && (
            <ErrorNote
              title="This conversation can't be shown"
              error={error}
              action={
                <Link to="/chat/new" className={buttonClass("default", "sm")}>
                  Begin a new one
                </Link>
              }
            />
          )}
          {!messages && !error && <Spinner />}
          {branch.map((each) => (
            <Turn
              key={each.message.run.id}
              branch={each}
              log={logs.get(each.message.run.id)}
              conversationId={id}
              onChoose={onChoose}
              onOpenLog={openLog}
              onRetry={retry}
            />
          ))}
          {sending.pending && (
            <PendingMessage
              pending={sending.pending}
              conversationId={id}
              onRetry={sending.retry}
              onTakeBack={() => setDraft(sending.takeBack()?.text ?? "")}
            />
          )}
        </div>
      </div>
      <div className="relative mx-auto w-full max-w-190 shrink-0 px-6 pb-4 max-md:px-3 max-md:pb-3">
        {!isAtEnd && (
          <Button
            size="sm"
            icon={ArrowDown}
            onClick={toEnd}
            className="appear absolute -top-10 left-1/2 -translate-x-1/2 rounded-full! shadow-float"
          >
            Latest
          </Button>
        )}
        {!messages && error ? null : isOldBranch(messages ?? [], branch) ? (
          <OldBranch onLeave={() => setChoices(new Map())} />
        ) : (
          <Composer
            text={draft}
            onText={setDraft}
            uploads={uploads.uploads}
            onAttach={uploads.add}
            onDetach={uploads.remove}
            onSend={() => void send()}
            isSending={sending.pending !== null && sending.pending.error === null}
            isHeld={uploads.isBusy}
            onStop={active && (() => void stop(active))}
            placeholder={active ? "Say more; it is answered next" : "Ask for something"}
            takesFocus={takesFocus}
          />
        )}
      </div>
    </DropZone>
  );
}

async function stop(run: Run): Promise<void> {
  await cancelRun(run.id).catch((error: Error) => toast(error.message, { isError: true }));
}

function OldBranch({ onLeave }: { onLeave: () => void }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-2 rounded-xl border border-line bg-sunken px-4 py-3">
      <span className="text-ink-2">
        This is an earlier version. The conversation goes on from the latest one.
      </span>
      <Button size="sm" onClick={onLeave}>
        Go to the latest
      </Button>
    </div>
  );
}
