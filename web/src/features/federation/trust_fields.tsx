import { CheckLine } from "@/ui/check_line";
import { Field, Input } from "@/ui/field";
import type { FieldsProps } from "./provider_form";

/** How far its word goes; and what few have to change. */
export function TrustFields({ draft, faults, onChange }: FieldsProps) {
  const isOidc = draft.kind !== "github";
  return (
    <div className="flex flex-col gap-2">
      <CheckLine
        label="The only way in for those who come by it"
        hint={
          <>
            No password and no passkey any more. A link that <code>cadre sign-in</code> prints stays
            a way in.
          </>
        }
        isChecked={draft.onlyThisWay}
        onChange={(onlyThisWay) => onChange({ onlyThisWay })}
      />
      {isOidc && (
        <CheckLine
          label="Take its word for a second factor"
          hint="Else cadre asks for its own, where one is set up or required."
          isChecked={draft.trustsMfa}
          onChange={(trustsMfa) => onChange({ trustsMfa })}
        />
      )}
      <details open={faults("scopes") !== null || faults("mfa_acr") !== null || undefined}>
        <summary className="w-fit text-12 text-ink-2">More</summary>
        <div className="mt-2 flex flex-col gap-4">
          <Field label="Scopes" hint="Empty: those that are needed." error={faults("scopes")}>
            {(ids) => (
              <Input
                {...ids}
                value={draft.scopes}
                placeholder={isOidc ? "openid profile email" : "read:user user:email"}
                spellCheck={false}
                onChange={({ target }) => onChange({ scopes: target.value })}
                className="font-mono md:text-12!"
              />
            )}
          </Field>
          {isOidc && draft.trustsMfa && (
            <Field
              label="Classes that mean a second factor (acr)"
              hint="Beside what the provider says in amr."
              error={faults("mfa_acr")}
            >
              {(ids) => (
                <Input
                  {...ids}
                  value={draft.mfaAcr}
                  spellCheck={false}
                  onChange={({ target }) => onChange({ mfaAcr: target.value })}
                  className="font-mono md:text-12!"
                />
              )}
            </Field>
          )}
        </div>
      </details>
    </div>
  );
}
