import { Ban, Check, Pencil } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useShortcuts } from "@/lib/shortcuts";
import { Button } from "@/ui/button";
import { Input } from "@/ui/field";
import { Kbd } from "@/ui/kbd";
import { type Decision, HELD_MS, type Pending } from "./decisions";

interface Props {
  hasKeys: boolean;
  onDecide: (decision: Decision) => void;
  onEdit: () => void;
}

/** Approve, deny with a note, or change the call. */
export function AnswerBar({ hasKeys, onDecide, onEdit }: Props) {
  const [note, setNote] = useState<string | null>(null);
  const box = useRef<HTMLInputElement>(null);
  const isDenying = note !== null;
  useEffect(() => {
    if (isDenying) box.current?.focus();
  }, [isDenying]);
  useShortcuts(
    [
      {
        keys: "a",
        label: "Approve",
        group: "Approvals",
        run: () => onDecide({ decision: "approve" }),
      },
      { keys: "d", label: "Deny", group: "Approvals", run: () => setNote("") },
      { keys: "e", label: "Edit the arguments", group: "Approvals", run: onEdit },
    ],
    hasKeys,
  );
  const deny = () => onDecide({ decision: "deny", ...(note ? { note } : {}) });
  if (isDenying) {
    return (
      <form
        className="flex flex-wrap items-center gap-2 border-t border-line px-4 py-2.5"
        onSubmit={(event) => {
          event.preventDefault();
          deny();
        }}
      >
        <Input
          ref={box}
          aria-label="Why not (the agent reads this)"
          placeholder="Why not? The agent reads this. Optional."
          value={note}
          onChange={({ target }) => setNote(target.value)}
          onKeyDown={(event) => event.key === "Escape" && setNote(null)}
          className="min-w-48 flex-1"
        />
        <Button onClick={() => setNote(null)}>Back</Button>
        <Button type="submit" tone="danger" icon={Ban}>
          Deny
        </Button>
      </form>
    );
  }
  return (
    <footer className="flex flex-wrap items-center gap-2 border-t border-line px-4 py-2.5">
      <Button tone="primary" icon={Check} onClick={() => onDecide({ decision: "approve" })}>
        Approve
        {hasKeys && <Hint keys="a" />}
      </Button>
      <Button icon={Ban} onClick={() => setNote("")}>
        Deny
        {hasKeys && <Hint keys="d" />}
      </Button>
      <Button tone="quiet" icon={Pencil} onClick={onEdit}>
        Edit arguments
        {hasKeys && <Hint keys="e" />}
      </Button>
    </footer>
  );
}

function Hint({ keys }: { keys: string }) {
  return (
    <span
      aria-hidden
      className="ml-0.5 max-md:hidden [&_kbd]:border-current/40 [&_kbd]:text-current"
    >
      <Kbd keys={keys} />
    </span>
  );
}

interface HeldProps {
  pending: Pending;
  onTakeBack: () => void;
  onSendNow: () => void;
  onAgain: () => void;
}

const WORDS = { approve: "Approving", deny: "Denying", edit: "Approving the changed call" };

/** The moment in which the answer can be taken back. */
export function HeldBar({ pending, onTakeBack, onSendNow, onAgain }: HeldProps) {
  if (pending.state === "failed") {
    return (
      <footer
        role="alert"
        className="flex flex-wrap items-center gap-2 border-t border-bad-line bg-bad-soft px-4 py-2.5"
      >
        <span className="min-w-0 grow break-words text-bad">
          Your answer did not arrive: {pending.error?.message} It is kept here.
        </span>
        <Button onClick={onTakeBack}>Drop it</Button>
        <Button tone="primary" onClick={onAgain}>
          Send again
        </Button>
      </footer>
    );
  }
  return (
    <footer
      role="status"
      className="relative flex flex-wrap items-center gap-2 border-t border-line px-4 py-2.5"
    >
      <span className="grow text-ink-2">
        {WORDS[pending.decision.decision]}
        {pending.decision.note ? ` with the note “${pending.decision.note}”` : ""}…
      </span>
      {pending.state === "held" && (
        <>
          <Button onClick={onTakeBack}>Undo</Button>
          <Button tone="quiet" onClick={onSendNow}>
            Now
          </Button>
          <Countdown sendsAt={pending.sendsAt} />
        </>
      )}
    </footer>
  );
}

function Countdown({ sendsAt }: { sendsAt: number }) {
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const left = Math.max(0, sendsAt - Date.now());
    const animation = bar.current?.animate(
      [{ transform: `scaleX(${left / HELD_MS})` }, { transform: "scaleX(0)" }],
      { duration: left, fill: "forwards" },
    );
    // Taken back before its end: that is no fault.
    animation?.finished.catch(() => {});
    return () => animation?.cancel();
  }, [sendsAt]);
  return (
    <span
      ref={bar}
      aria-hidden
      className="absolute inset-x-0 bottom-0 h-0.5 origin-left bg-accent-line"
    />
  );
}
