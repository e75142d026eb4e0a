import { Lock } from "lucide-react";
import { useState } from "react";
import { may } from "@/api/me";
import { AskedButton } from "@/features/account/asked_button";
import { Section } from "@/features/settings/section";
import { faultOf, faultOfAll } from "@/features/signin/entering";
import { ago, exactMoment } from "@/lib/format";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { type Hold, useEndHold, useSetHold } from "./queries";

/** While everything has to be kept, nothing is deleted and nobody is erased. */
export function HoldPart({ hold }: { hold: Hold | null }) {
  const end = useEndHold();
  return (
    <Section
      title="Legal hold"
      hint="While it lasts, nothing is deleted by itself and nobody’s data is erased."
    >
      {hold === null ? (
        <NewHold />
      ) : (
        <div className="flex max-w-150 flex-wrap items-start gap-3 rounded-lg border border-warn-line bg-warn-soft px-3 py-2.5">
          <Lock size={16} aria-hidden className="mt-0.5 shrink-0 text-warn" />
          <div className="min-w-40 grow">
            <p className="font-medium text-warn">Everything is held</p>
            <p className="break-words">{hold.reason}</p>
            <p className="text-12 text-ink-2" title={exactMoment(hold.since)}>
              Since {ago(hold.since)}
            </p>
          </div>
          {may("data:write") && (
            <AskedButton
              label="End the hold"
              tone="default"
              answer="End it: what is too old goes"
              isBusy={end.isPending}
              onYes={() => end.mutate(undefined, { onSuccess: () => toast("The hold is ended.") })}
            />
          )}
          {end.error && <ErrorNote title="Not ended" error={end.error} className="w-full" />}
        </div>
      )}
    </Section>
  );
}

function NewHold() {
  const [reason, setReason] = useState("");
  const set = useSetHold();
  const rest = faultOfAll(set.error, ["reason"]);
  return (
    <form
      className="flex max-w-150 flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim() !== "") set.mutate(reason.trim());
      }}
    >
      <Field label="Why" className="min-w-56 grow" error={faultOf(set.error, "reason")}>
        {(ids) => (
          <Input
            {...ids}
            value={reason}
            placeholder="Case 12/2026"
            maxLength={500}
            onChange={({ target }) => setReason(target.value)}
          />
        )}
      </Field>
      <Button type="submit" icon={Lock} disabled={reason.trim().length < 3} isBusy={set.isPending}>
        Hold everything
      </Button>
      {rest && <ErrorNote title="Not held" error={rest} className="w-full" />}
    </form>
  );
}
