import { useQueryClient } from "@tanstack/react-query";
import { memo, useMemo } from "react";
import { isOver } from "@/api/types";
import { toast } from "@/ui/toast";
import { Answer } from "./answer";
import type { Branch } from "./branches";
import { forkRun, messagesQuery } from "./queries";
import { EMPTY_LOG, type RunLog } from "./run_log";
import { transcript } from "./transcript";
import { UserMessage } from "./user_message";

interface Props {
  branch: Branch;
  log: RunLog | undefined;
  conversationId: string;
  onChoose: (runId: string) => void;
  onOpenLog: (runId: string) => void;
}

/** One message and what came of it. */
export const Turn = memo(function Turn({
  branch,
  log,
  conversationId,
  onChoose,
  onOpenLog,
}: Props) {
  const { message, versions, version } = branch;
  const { run, user } = message;
  const client = useQueryClient();
  const items = useMemo(() => transcript(log ?? EMPTY_LOG), [log]);

  async function fork(atSeq: number, input?: unknown): Promise<void> {
    try {
      const made = await forkRun(run.id, { at_seq: atSeq, ...(input ? { input } : {}) });
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
        {...(isOver(run.status)
          ? {
              onEdit: (text: string) =>
                fork(0, { text, files: user.files.map(({ path }) => path) }),
            }
          : {})}
      />
      <Answer
        message={message}
        items={items}
        hasLog={log !== undefined}
        conversationId={conversationId}
        onOpenLog={() => onOpenLog(run.id)}
        onRetry={() => fork(retrySeq(log))}
      />
    </section>
  );
});

/** A try again keeps all that went well: everything before the step that failed. */
function retrySeq(log: RunLog | undefined): number {
  const failed = log?.events.findLast(({ type }) => type === "step.failed");
  if (!failed) return 0;
  const first = log?.events.find(({ key }) => key === failed.key);
  return Math.max(0, (first ?? failed).seq - 1);
}
