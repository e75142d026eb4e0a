import { Select } from "@/ui/field";
import { KIND_WORDS, useSubjects } from "./names";
import type { Subject, SubjectKind } from "./queries";

interface Props {
  id?: string;
  kinds?: readonly SubjectKind[];
  value: Subject | null;
  /** What stands there while nobody is chosen. */
  empty: string;
  except?: readonly Subject[];
  onChange: (subject: Subject | null) => void;
}

const ALL: readonly SubjectKind[] = ["user", "group", "service"];

/** Somebody: a person, a group or a service account. */
export function SubjectSelect({ value, empty, onChange, kinds = ALL, except = [], ...ids }: Props) {
  const subjects = useSubjects().filter(
    (each) => !except.some(({ kind, id }) => kind === each.kind && id === each.id),
  );
  return (
    <Select
      {...ids}
      className="max-w-full min-w-0"
      value={value ? `${value.kind}:${value.id}` : ""}
      onChange={({ target }) => onChange(subjectOf(target.value))}
    >
      <option value="">{empty}</option>
      {kinds.map((kind) => {
        const own = subjects.filter((each) => each.kind === kind);
        if (own.length === 0) return null;
        return (
          <optgroup key={kind} label={KIND_WORDS[kind]}>
            {own.map(({ id, name }) => (
              <option key={id} value={`${kind}:${id}`}>
                {name}
              </option>
            ))}
          </optgroup>
        );
      })}
    </Select>
  );
}

function subjectOf(text: string): Subject | null {
  const at = text.indexOf(":");
  if (at < 0) return null;
  return { kind: text.slice(0, at) as SubjectKind, id: text.slice(at + 1) };
}
