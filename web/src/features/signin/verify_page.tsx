import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client";
import { Button, buttonClass } from "@/ui/button";
import { ErrorNote } from "@/ui/notes";
import { letterToken } from "./back";
import { Frame } from "./frame";

/**
 * Where the letter to a new address leads. It asks for a press of a button: programs that look
 * into letters open links, and a link works once.
 */
export function VerifyPage() {
  const [token] = useState(letterToken);
  const verify = useMutation({ mutationFn: () => api.post("/verification", { token }) });
  if (verify.isSuccess)
    return (
      <Frame title="The address is confirmed">
        <p role="status" className="flex gap-2 text-ink-2">
          <CircleCheck size={16} aria-hidden className="mt-0.5 shrink-0 text-ok" />
          From now on you sign in with it.
        </p>
        <Link to="/" reloadDocument className={`mt-5 ${buttonClass("primary")}`}>
          Go on
        </Link>
      </Frame>
    );
  return (
    <Frame title="Confirm your e-mail address" lead="So that letters and sign-ins reach you.">
      {verify.error && <ErrorNote title="Not confirmed" error={verify.error} className="mb-4" />}
      {token ? (
        <Button tone="primary" isBusy={verify.isPending} autoFocus onClick={() => verify.mutate()}>
          Confirm the address
        </Button>
      ) : (
        <p className="text-ink-2">The link is incomplete. Open the whole link of the letter.</p>
      )}
    </Frame>
  );
}
