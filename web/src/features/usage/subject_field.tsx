import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useMe } from "@/api/me";
import { Field, Input, Select } from "@/ui/field";
import { EACH, KINDS, type SubjectKind } from "./budget";
import { agentNamesQuery, keysQuery } from "./queries";

const OTHER = "\u0000other";

interface Props {
  kind: SubjectKind;
  subject: string;
  error: string | null;
  onChange: (subject: string) => void;
}

/** Each of a kind, a known one by its name, or any by its id. */
export function SubjectField({ kind, subject, error, onChange }: Props) {
  const known = useKnown(kind);
  const names = KINDS.find(({ id }) => id === kind);
  const isKnown = subject === EACH || known.some(({ id }) => id === subject);
  const [isOther, setOther] = useState(false);
  const isTyped = isOther || !isKnown;
  return (
    <div className="flex flex-col gap-2">
      <Field label="Whose" error={isTyped ? null : error}>
        {(ids) => (
          <Select
            {...ids}
            value={isTyped ? OTHER : subject}
            onChange={({ target }) => {
              setOther(target.value === OTHER);
              onChange(target.value === OTHER ? "" : target.value);
            }}
            className="[&>select]:w-full"
          >
            <option value={EACH}>{names?.each}</option>
            {known.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
            <option value={OTHER}>One by its id …</option>
          </Select>
        )}
      </Field>
      {isTyped && (
        <Field label={`Id of the ${names?.one}`} error={error}>
          {(ids) => (
            <Input
              {...ids}
              value={subject}
              onChange={({ target }) => onChange(target.value)}
              className="font-mono md:text-12!"
            />
          )}
        </Field>
      )}
    </div>
  );
}

function useKnown(kind: SubjectKind): { id: string; name: string }[] {
  const { user } = useMe();
  const keys = useQuery({ ...keysQuery, enabled: kind === "key" });
  const agents = useQuery({ ...agentNamesQuery, enabled: kind === "agent" });
  if (kind === "key") return keys.data?.items ?? [];
  if (kind === "agent") return (agents.data?.items ?? []).map(({ name }) => ({ id: name, name }));
  return kind === "user" ? [{ id: user.id, name: user.name }] : [];
}
