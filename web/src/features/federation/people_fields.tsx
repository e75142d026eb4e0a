import { RoleSelect } from "@/features/members/role_select";
import { CheckLine } from "@/ui/check_line";
import { Field, Input } from "@/ui/field";
import { GroupRules } from "./group_rules";
import { kindOf } from "./kinds";
import type { FieldsProps } from "./provider_form";

/** Who is let in, as what. */
export function PeopleFields({ draft, faults, onChange }: FieldsProps) {
  return (
    <>
      <Field
        label="Domains"
        hint="Whose addresses are let in. Empty: any that the provider has verified."
        error={faults("allowed_domains")}
      >
        {(ids) => (
          <Input
            {...ids}
            value={draft.domains}
            placeholder="example.org, example.com"
            inputMode="url"
            spellCheck={false}
            autoCapitalize="none"
            onChange={({ target }) => onChange({ domains: target.value })}
          />
        )}
      </Field>
      <CheckLine
        label="Make an account for whoever is new"
        hint="Else only those whom somebody has invited come in."
        isChecked={draft.createsUsers}
        onChange={(createsUsers) => onChange({ createsUsers })}
      />
      <div className="grid gap-4 md:grid-cols-2">
        <Field
          label="Role of new people"
          hint="Also of those whom no group rule names."
          error={faults("default_role")}
        >
          {(ids) => (
            <RoleSelect
              {...ids}
              value={draft.defaultRole}
              onChange={(defaultRole) => onChange({ defaultRole })}
            />
          )}
        </Field>
        {draft.kind !== "github" && (
          <Field
            label="Claim that holds groups"
            hint={kindOf(draft.kind).groups}
            error={faults("groups_claim")}
          >
            {(ids) => (
              <Input
                {...ids}
                value={draft.groupsClaim}
                placeholder="groups"
                maxLength={200}
                spellCheck={false}
                onChange={({ target }) => onChange({ groupsClaim: target.value })}
                className="font-mono md:text-12!"
              />
            )}
          </Field>
        )}
      </div>
      <GroupRules
        rules={draft.rules}
        hint={draft.kind === "github" ? kindOf("github").groups : null}
        error={faults("group_map")}
        onChange={(rules) => onChange({ rules })}
      />
    </>
  );
}
