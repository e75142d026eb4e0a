import { useState } from "react";
import { api } from "@/api/client";
import { faultOf, faultOfAll } from "@/features/signin/entering";
import { PasswordField } from "@/features/signin/password_input";
import { Button } from "@/ui/button";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { ProofLeft, useProved } from "./proof";
import { useOwnChange } from "./queries";

interface Props {
  hasPassword: boolean;
  email: string | null;
}

export function PasswordPart({ hasPassword, email }: Props) {
  const [isOpen, setOpen] = useState(false);
  const proved = useProved();
  const change = useOwnChange(
    (wanted: { current?: string; password: string }) =>
      proved(() => api.put("/account/password", wanted)),
    () => {
      setOpen(false);
      toast(hasPassword ? "Your password is changed." : "Your password is set.");
    },
  );
  if (!isOpen)
    return (
      <Button onClick={() => setOpen(true)}>
        {hasPassword ? "Change the password" : "Set a password"}
      </Button>
    );
  const error = change.error instanceof ProofLeft ? null : change.error;
  const rest = faultOfAll(error, ["current", "password"]);
  return (
    <form
      className="flex max-w-85 flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const current = hasPassword ? { current: String(form.get("password")) } : {};
        change.mutate({ ...current, password: String(form.get("new-password")) });
      }}
    >
      {/* Tells a password manager whose password it is. */}
      <input
        type="text"
        name="username"
        autoComplete="username"
        value={email ?? ""}
        readOnly
        hidden
      />
      {hasPassword && (
        <PasswordField
          label="Current password"
          autoComplete="current-password"
          autoFocus
          error={faultOf(error, "current")}
        />
      )}
      <PasswordField
        label="New password"
        autoComplete="new-password"
        autoFocus={!hasPassword}
        hint="At least 10 characters; a few words in a row are good."
        error={faultOf(error, "password")}
      />
      {rest && <ErrorNote title="Not changed" error={rest} />}
      <div className="flex justify-end gap-2">
        <Button tone="quiet" onClick={() => setOpen(false)}>
          Cancel
        </Button>
        <Button type="submit" tone="primary" isBusy={change.isPending}>
          {hasPassword ? "Change it" : "Set it"}
        </Button>
      </div>
    </form>
  );
}
