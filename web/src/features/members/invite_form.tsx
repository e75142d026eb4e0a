/** Several at once. What did not go well stays in the field, with the reason beside it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, CircleX, MailPlus } from "lucide-react";
import { useState } from "react";
import { count } from "@/lib/format";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/code_block";
import { Field, TextArea } from "@/ui/field";
import { addressesIn } from "./addresses";
import { invite } from "./queries";
import { RoleSelect } from "./role_select";

interface Outcome {
  email: string;
  link: string | null;
  error: string | null;
}

export function InviteForm({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("");
  const [role, setRole] = useState("user");
  const [outcomes, setOutcomes] = useState<Outcome[]>([]);
  const queries = useQueryClient();
  const { good, bad } = addressesIn(text);
  const send = useMutation({
    mutationFn: () => inviteAll(good, role),
    onSuccess: (all) => {
      setOutcomes(all);
      const failed = all.filter(({ error }) => error).map(({ email }) => email);
      setText([...failed, ...bad].join("\n"));
      void queries.invalidateQueries({ queryKey: ["members"] });
      void queries.invalidateQueries({ queryKey: ["access"] });
    },
  });
  const fault = bad.length > 0 ? `No address: ${bad.slice(0, 3).join(", ")}` : null;
  return (
    <form
      aria-label="Invite people"
      className="flex max-w-150 flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (good.length > 0) send.mutate();
      }}
    >
      <Field
        label="E-mail addresses"
        hint="Several at once: with commas, spaces or a line for each. The link in the letter is good for seven days, once."
        error={text.endsWith("\n") || text.endsWith(" ") || !text.includes("@") ? null : fault}
      >
        {(ids) => (
          <TextArea
            {...ids}
            value={text}
            autoFocus
            rows={3}
            placeholder={"ada@example.org\ngrace@example.org"}
            onChange={({ target }) => setText(target.value)}
          />
        )}
      </Field>
      <div className="flex flex-wrap items-end gap-3">
        <Field label="As">{(ids) => <RoleSelect {...ids} value={role} onChange={setRole} />}</Field>
        <Button
          type="submit"
          tone="primary"
          icon={MailPlus}
          disabled={good.length === 0}
          isBusy={send.isPending}
        >
          {good.length > 1 ? `Invite ${count(good.length)} people` : "Invite"}
        </Button>
        <Button tone="quiet" onClick={onClose}>
          Close
        </Button>
      </div>
      {outcomes.length > 0 && <Outcomes outcomes={outcomes} />}
    </form>
  );
}

/** One after the other: a limit of members is then met by the later ones, not by all. */
async function inviteAll(emails: readonly string[], role: string): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const email of emails) {
    outcomes.push(
      await invite(email, role).then(
        ({ link }) => ({ email, link, error: null }),
        (error: Error) => ({ email, link: null, error: error.message }),
      ),
    );
  }
  return outcomes;
}

function Outcomes({ outcomes }: { outcomes: readonly Outcome[] }) {
  const hasLinks = outcomes.some(({ link }) => link !== null);
  return (
    <div role="status">
      {hasLinks && (
        <p className="mb-1.5 text-ink-2">
          No mail server is set, so nothing was sent: hand each link over yourself.
        </p>
      )}
      <ul aria-label="Invitations" className="border-t border-line">
        {outcomes.map(({ email, link, error }) => (
          <li key={email} className="border-b border-line py-2">
            <p className="flex min-w-0 items-center gap-2">
              {error ? (
                <CircleX size={14} aria-hidden className="shrink-0 text-bad" />
              ) : (
                <CircleCheck size={14} aria-hidden className="shrink-0 text-ok" />
              )}
              <span className="min-w-0 truncate font-medium">{email}</span>
              <span className={error ? "text-bad" : "text-ink-2"}>
                {error ?? (link ? "is invited" : "has a letter")}
              </span>
            </p>
            {link && <LinkToCopy link={link} email={email} />}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** A link that somebody has to be handed: it works once. */
export function LinkToCopy({ link, email }: { link: string; email: string }) {
  return (
    <div className="mt-1.5 flex items-center gap-1 rounded-md border border-line-strong bg-canvas pl-2">
      <code className="min-w-0 grow truncate py-1 text-12" title={link}>
        {link}
      </code>
      <CopyButton text={link} label={`Copy the link for ${email}`} />
    </div>
  );
}
