import { RotateCcw } from "lucide-react";
import { Button } from "@/ui/button";
import { ErrorNote } from "@/ui/notes";
import { asFile, type Pending } from "./use_send";
import { UserMessage } from "./user_message";

interface Props {
  pending: Pending;
  conversationId: string;
  onRetry: () => void;
  onTakeBack: () => void;
}

/** Said, but not yet with the server. */
export function PendingMessage({ pending, conversationId, onRetry, onTakeBack }: Props) {
  return (
    <section className="flex flex-col gap-3">
      <div className={pending.error ? undefined : "opacity-60"}>
        <UserMessage
          text={pending.text}
          files={pending.files.map(asFile)}
          conversationId={conversationId}
        />
      </div>
      {pending.error && (
        <ErrorNote
          title="Not sent"
          error={pending.error}
          action={
            <>
              <Button size="sm" icon={RotateCcw} onClick={onRetry}>
                Send again
              </Button>
              <Button size="sm" tone="quiet" onClick={onTakeBack}>
                Change it
              </Button>
            </>
          }
        />
      )}
    </section>
  );
}
