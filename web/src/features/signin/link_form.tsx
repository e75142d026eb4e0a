import { useMutation } from "@tanstack/react-query";
import type { Me } from "@/api/types";
import { Button } from "@/ui/button";
import { Field, Input } from "@/ui/field";
import { tokenIn } from "./back";
import { signInWithLink } from "./entering";

export function LinkForm({ onDone }: { onDone: (me: Me) => void }) {
  const signIn = useMutation({ mutationFn: signInWithLink, onSuccess: onDone });
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        const given = String(new FormData(event.currentTarget).get("link")).trim();
        if (given) signIn.mutate(tokenIn(given));
      }}
    >
      <Field
        label="Link or code"
        error={signIn.error?.message}
        hint={
          <>
            <code>cadre up</code> prints one when it starts, <code>cadre sign-in</code> prints
            another; each works once.
          </>
        }
      >
        {(ids) => (
          <Input {...ids} name="link" autoComplete="off" spellCheck={false} autoFocus required />
        )}
      </Field>
      <Button type="submit" tone="primary" className="self-end" isBusy={signIn.isPending}>
        Sign in
      </Button>
    </form>
  );
}
