import { Link } from "@tanstack/react-router";
import { MailCheck } from "lucide-react";
import { Button, buttonClass } from "@/ui/button";
import { Frame } from "./frame";

interface Props {
  to: string;
  onAgain: () => void;
}

/** The same words whether or not the address is known: only its mailbox learns that. */
export function LetterSent({ to, onAgain }: Props) {
  return (
    <Frame title="Look into your mailbox">
      <div role="status" className="flex gap-3">
        <MailCheck size={20} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0 text-ok" />
        <p className="min-w-0 text-ink-2">
          If that is possible, a letter is on its way to{" "}
          <strong className="font-medium break-words text-ink">{to}</strong>. It says how to go on.
          Nothing there after a few minutes? Look into the spam folder.
        </p>
      </div>
      <div className="mt-5 flex gap-2">
        <Button onClick={onAgain}>Another address</Button>
        <Link to="/signin" className={buttonClass("quiet")}>
          Sign in
        </Link>
      </div>
    </Frame>
  );
}
