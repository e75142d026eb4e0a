import { Link2, ShieldAlert, ShieldCheck } from "lucide-react";
import { useEffect, useState } from "react";
import { duration } from "@/lib/format";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/code_block";
import { Dialog } from "@/ui/dialog";
import { ErrorNote } from "@/ui/notes";
import { useVerify, type Verification } from "./queries";
import { verificationWords } from "./words";

/** Every link of the chain computed again, and what came of it in words. */
export function VerifyChain() {
  const [isOpen, setOpen] = useState(false);
  const verify = useVerify();
  const begin = () => {
    setOpen(true);
    verify.mutate();
  };
  return (
    <>
      <Button size="sm" icon={Link2} onClick={begin}>
        Verify the chain
      </Button>
      <Dialog
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        title="The chain of the audit log"
        description="Each event carries the hash of the one before, and the last is sealed with a key of this installation."
        actions={<Button onClick={() => setOpen(false)}>Close</Button>}
      >
        <div role="status" aria-live="polite">
          {verify.isPending && <Progress />}
          {verify.data && <Found found={verify.data} at={verify.submittedAt / 1000} />}
        </div>
        {verify.error && (
          <ErrorNote
            title="It could not be verified"
            error={verify.error}
            action={<Button onClick={() => verify.mutate()}>Try again</Button>}
          />
        )}
      </Dialog>
    </>
  );
}

/** The server says no share of it, so the time that it has taken is said. */
function Progress() {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const began = Date.now();
    const timer = setInterval(() => setSeconds((Date.now() - began) / 1000), 500);
    return () => clearInterval(timer);
  }, []);
  return (
    <div>
      <p className="mb-2">
        Computing every link again{seconds >= 1 && `, for ${duration(seconds)} so far`} …
      </p>
      <progress aria-label="Verifying" className="h-1 w-full accent-accent" />
    </div>
  );
}

function Found({ found, at }: { found: Verification; at: number }) {
  const Icon = found.ok ? ShieldCheck : ShieldAlert;
  return (
    <div className="flex gap-2.5">
      <Icon
        size={18}
        aria-hidden
        className={found.ok ? "mt-0.5 shrink-0 text-ok" : "mt-0.5 shrink-0 text-bad"}
      />
      <div className="min-w-0">
        <p className={found.ok ? undefined : "text-bad"}>{verificationWords(found, at)}</p>
        {found.ok && found.hash !== "" && (
          <>
            <p className="mt-2 text-12 text-ink-3">
              Note this hash elsewhere: nobody can then cut the log unseen, not even whoever has the
              key of the seal.
            </p>
            <span className="mt-1 flex items-start gap-1">
              <code className="min-w-0 text-12 leading-5 break-all">{found.hash}</code>
              <CopyButton text={found.hash} label="Copy the hash" className="-my-1 shrink-0" />
            </span>
          </>
        )}
      </div>
    </div>
  );
}
