import { may } from "@/api/me";
import { Section } from "@/features/settings/section";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { type Organisation, type OrgChange, useChangeOrg } from "./queries";

const MODES = [
  { id: "invite", label: "By invitation", hint: "A member who may invites them." },
  {
    id: "open",
    label: "Everybody",
    hint: "Whoever reaches the page registers with an address and becomes a user.",
  },
  { id: "closed", label: "Nobody new", hint: "Only those who are members already sign in." },
] as const;

/** Who gets in, and with what. Each choice counts at once; the toast leads back. */
export function EntryPart({ org }: { org: Organisation }) {
  const change = useChangeOrg();
  const shown = change.isPending ? { ...org, ...change.variables } : org;
  const set = (wanted: OrgChange, back: OrgChange) =>
    change.mutate(wanted, {
      onSuccess: () => toast("Saved.", { onUndo: () => change.mutate(back) }),
    });
  return (
    <Section title="Who comes in">
      <fieldset disabled={change.isPending} className="flex max-w-150 flex-col gap-1">
        <legend className="mb-1 text-12 font-medium text-ink-2">New members</legend>
        {MODES.map(({ id, label, hint }) => (
          <label key={id} className="flex items-start gap-2 py-0.5 max-md:min-h-9">
            <input
              type="radio"
              name="registration"
              className="mt-0.5 size-4 shrink-0 accent-accent"
              checked={shown.registration === id}
              onChange={() => set({ registration: id }, { registration: org.registration })}
            />
            <span>
              {label} <span className="text-ink-3">{hint}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <Choice
        label="Ask everybody for a second factor"
        hint="Whoever has none sets one up when they sign in the next time."
        isOn={shown.mfa_required ?? false}
        isBusy={change.isPending}
        onChange={(isOn) => set({ mfa_required: isOn }, { mfa_required: org.mfa_required })}
      />
      {may("sign-in:write") && (
        <Choice
          label="Let people sign in with a password"
          hint="Without it they come in by an identity provider or a passkey. The command cadre sign-in always lets you in."
          isOn={shown.password_sign_in ?? true}
          isBusy={change.isPending}
          onChange={(isOn) =>
            set({ password_sign_in: isOn }, { password_sign_in: org.password_sign_in })
          }
        />
      )}
      {change.error && <ErrorNote title="Not saved" error={change.error} className="mt-3" />}
    </Section>
  );
}

interface ChoiceProps {
  label: string;
  hint: string;
  isOn: boolean;
  isBusy: boolean;
  onChange: (isOn: boolean) => void;
}

function Choice({ label, hint, isOn, isBusy, onChange }: ChoiceProps) {
  return (
    <label className="mt-4 flex max-w-150 items-start gap-2">
      <input
        type="checkbox"
        className="mt-0.5 size-4 shrink-0 accent-accent"
        checked={isOn}
        disabled={isBusy}
        onChange={({ target }) => onChange(target.checked)}
      />
      <span>
        {label} <span className="text-ink-3">{hint}</span>
      </span>
    </label>
  );
}
