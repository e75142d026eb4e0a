import { useQuery } from "@tanstack/react-query";
import { ArrowRight, Plus, X } from "lucide-react";
import { may } from "@/api/me";
import { groupsQuery, rolesQuery } from "@/features/access/queries";
import { Button, IconButton } from "@/ui/button";
import { Input, Select } from "@/ui/field";
import type { RuleDraft } from "./draft";

interface Props {
  rules: readonly RuleDraft[];
  hint: string | null;
  error: string | null;
  onChange: (rules: RuleDraft[]) => void;
}

/** Groups of the provider, and what being in them gives here. */
export function GroupRules({ rules, hint, error, onChange }: Props) {
  const put = (at: number, changes: Partial<RuleDraft>) =>
    onChange(rules.map((rule, index) => (index === at ? { ...rule, ...changes } : rule)));
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 text-12 font-medium text-ink-2">What groups give</legend>
      {rules.length > 0 && (
        <ol className="mb-2 flex flex-col gap-1.5">
          {rules.map((rule, at) => (
            <li key={at} className="grid grid-cols-[1fr_14px_1fr_28px] items-center gap-2">
              <Input
                aria-label={`Group of the provider ${at + 1}`}
                placeholder="platform"
                value={rule.value}
                maxLength={500}
                spellCheck={false}
                onChange={({ target }) => put(at, { value: target.value })}
              />
              <ArrowRight size={14} aria-hidden className="text-ink-3" />
              <Gives at={at} value={rule.gives} onChange={(gives) => put(at, { gives })} />
              <IconButton
                icon={X}
                label={`Remove rule ${at + 1}`}
                onClick={() => onChange(rules.filter((_, index) => index !== at))}
              />
            </li>
          ))}
        </ol>
      )}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Button
          size="sm"
          icon={Plus}
          onClick={() => onChange([...rules, { value: "", gives: "" }])}
        >
          Add a rule
        </Button>
        <span className="text-12 text-ink-3">
          {hint ?? "Applied with every sign-in. Of several roles the first rule counts."}
        </span>
      </div>
      {error && (
        <p role="alert" className="mt-1 text-12 text-bad">
          {error}
        </p>
      )}
    </fieldset>
  );
}

interface GivesProps {
  at: number;
  value: string;
  onChange: (gives: string) => void;
}

function Gives({ at, value, onChange }: GivesProps) {
  const roles = useQuery({ ...rolesQuery, enabled: may("roles:read") }).data ?? [];
  const groups = useQuery({ ...groupsQuery, enabled: may("members:read") }).data ?? [];
  const options = [
    ...roles
      .filter(({ name }) => name !== "agent")
      .map(({ name }) => ({ id: `role:${name}`, name, kind: "Role" })),
    ...groups.map(({ id, name }) => ({ id: `group:${id}`, name, kind: "Into the group" })),
  ];
  const isKnown = value === "" || options.some(({ id }) => id === value);
  return (
    <Select
      aria-label={`What rule ${at + 1} gives`}
      value={value}
      onChange={({ target }) => onChange(target.value)}
      className="min-w-0"
    >
      <option value="">Choose</option>
      {!isKnown && <option value={value}>{value.slice(value.indexOf(":") + 1)}</option>}
      {["Role", "Into the group"].map((kind) => (
        <optgroup key={kind} label={kind}>
          {options
            .filter((each) => each.kind === kind)
            .map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
        </optgroup>
      ))}
    </Select>
  );
}
