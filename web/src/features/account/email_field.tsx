import { useMutation } from "@tanstack/react-query";
import { MailCheck } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client";
import { faultOf, faultOfAll } from "@/features/signin/entering";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { ProofLeft, useProved } from "./proof";

/** The new address counts once the letter to it is answered; until then, the old one does. */
export function EmailField({ email }: { email: string | null }) {
  const [isOpen, setOpen] = useState(false);
  const proved = useProved();
  const change = useMutation({
    mutationFn: (wanted: string) => proved(() => api.post("/account/email", { email: wanted })),
    onSuccess: () => setOpen(false),
  });
  const fault = change.error instanceof ProofLeft ? null : change.error;
  const rest = faultOfAll(fault, ["email"]);
  return (
    <div className="flex max-w-120 flex-col gap-3">
      {!isOpen && (
        <div className="flex flex-wrap items-center gap-3">
          <span className={email ? "min-w-0 truncate" : "text-ink-2"}>
            {email ?? "None yet: you can sign in by a printed link only."}
          </span>
          <Button size="sm" onClick={() => setOpen(true)}>
            {email ? "Change" : "Add an address"}
          </Button>
        </div>
      )}
      {isOpen && (
        <form
          className="flex flex-wrap items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            change.mutate(String(new FormData(event.currentTarget).get("email")).trim());
          }}
        >
          <Field label="New address" className="min-w-48 grow" error={faultOf(fault, "email")}>
            {(ids) => (
              <Input {...ids} name="email" type="email" autoComplete="email" required autoFocus />
            )}
          </Field>
          <Button type="submit" tone="primary" isBusy={change.isPending}>
            Send the letter
          </Button>
          <Button tone="quiet" onClick={() => setOpen(false)}>
            Cancel
          </Button>
          {rest && <ErrorNote title="Not changed" error={rest} className="w-full" />}
        </form>
      )}
      {change.isSuccess && (
        <p role="status" className="flex items-start gap-2 text-ink-2">
          <MailCheck size={16} aria-hidden className="mt-0.5 shrink-0 text-ok" />
          <span className="min-w-0 break-words">
            If nobody else has it, a letter is on its way to {change.variables}. The address counts
            once you open the link in it{email ? `; until then, ${email} does` : ""}.
          </span>
        </p>
      )}
    </div>
  );
}
