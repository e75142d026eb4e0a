import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { memo, useMemo } from "react";
import { type ChatMessage, isOver } from "@/api/types";
import { toast } from "@/ui/toast";
import { Answer } from "./answer";
import type { Branch } from "./branches";
import { forkRun, messagesQuery, readEvents } from "./queries";
import { EMPTY_LOG, type RunLog } from "./run_log";
import { transcript } from "./transcript";
import { UserMessage } from "./user_message";

interface Props {
  branch: Branch;
  log: RunLog | undefined;
  conversationId: string;
  onChoose: (runId: string) => void;
  onOpenLog: (runId: string) => void;
  onRetry: (message: ChatMessage) => void;
}

/** One message and what came of it. */
export const Turn = memo(function Turn({
  branch,
  log,
  conversationId,
  onChoose,
  onOpenLog,
  onRetry,
}: Props) {
  const { message, versions, version } = branch;
  const { run, user } = message;
  const client = useQueryClient();
  const navigate = useNavigate();
  const items = useMemo(() => transcript(log ?? EMPTY_LOG), [log]);

  async function fork(text: string): Promise<void> {
    try {
      const made = await forkRun(run.id, {
        at_seq: await historySeq(run.id, log),
        input: { text, files: user.files.map(({ path }) => path) },
      });
      if (made.session_id !== conversationId) {
        toast("This version runs beside the conversation, which stays as it was.");
        return await navigate({ to: "/runs/$id", params: { id: made.id } });
      }
      await client.invalidateQueries({ queryKey: messagesQuery(conversationId).queryKey });
      onChoose(made.id);
    } catch (error) {
      toast((error as Error).message, { isError: true });
      throw error;
    }
  }

  return (
    <section className="flex flex-col gap-4">
      <UserMessage
        text={user.text}
        files={user.files}
        conversationId={conversationId}
        versions={{
          count: versions.length,
          at: version,
          onChoose: (at) => onChoose(versions[at] ?? run.id),
        }}
        {...(isOver(run.status) ? { onEdit: fork } : {})}
      />
      <Answer
        message={message}
        items={items}
        log={log}
        onOpenLog={() => onOpenLog(run.id)}
        onRetry={() => onRetry(message)}
      />
    </section>
  );
});

/** A changed message keeps what was said before it: its run has looked back first of all. */
async function historySeq(runId: string, log: RunLog | undefined): Promise<number> {
  const events = log ? log.events : await readEvents(runId, -1);
  return events.find(({ type, key }) => type === "step.finished" && key === "history")?.seq ?? 0;
}
