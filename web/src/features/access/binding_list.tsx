import { useQuery } from "@tanstack/react-query";
import { may } from "@/api/me";
import { ago, exactMoment } from "@/lib/format";
import { Button } from "@/ui/button";
import { toast } from "@/ui/toast";
import type { NameOf } from "./chain";
import { onWords } from "./permissions";
import { type Binding, projectsQuery, type Subject, useGiveRole, useTakeRole } from "./queries";
import { whereWords } from "./where_fields";

interface Props {
  bindings: readonly Binding[];
  /** Say whose each role is. */
  nameOf?: NameOf;
}

/** Roles that were given, where each counts, and the way back. */
export function BindingList({ bindings, nameOf }: Props) {
  const projects = useQuery(projectsQuery).data ?? [];
  const take = useTakeRole();
  const give = useGiveRole();
  const mayTake = may("roles:write");
  const drop = (binding: Binding) => {
    const { subject, role, project, environment, resources } = binding;
    const body = { subject, role, project, environment, resources } as Parameters<
      typeof give.mutate
    >[0];
    take.mutate(binding.id, {
      onSuccess: () => toast(`The role ${role} is taken.`, { onUndo: () => give.mutate(body) }),
      onError: (error) => toast(`Not taken: ${error.message}`, { isError: true }),
    });
  };
  return (
    <ul aria-label="Given roles" className="border-t border-line">
      {bindings.map((binding) => (
        <li
          key={binding.id}
          className="flex min-h-11 items-center gap-x-3 border-b border-line py-1.5"
        >
          <span className="flex min-w-0 grow flex-wrap items-baseline gap-x-3 gap-y-0.5">
            {nameOf && <Holder subject={binding.subject} nameOf={nameOf} />}
            <span className="max-w-full truncate md:w-28">{binding.role}</span>
            <span className="min-w-0 grow text-12 text-ink-2">
              {whereWords(binding, projects)}
              {binding.resources.length > 0 && `, on ${onWords(binding.resources)}`}
            </span>
          </span>
          <span
            className="shrink-0 text-12 text-ink-3 max-md:hidden"
            title={`${exactMoment(binding.created_at)} by ${binding.created_by}`}
          >
            {ago(binding.created_at)}
          </span>
          {mayTake && (
            <Button
              size="sm"
              tone="quiet"
              aria-label={`Take away ${binding.role} ${whereWords(binding, projects)}${
                nameOf ? ` from ${nameOf(binding.subject.kind, binding.subject.id)}` : ""
              }`}
              onClick={() => drop(binding)}
            >
              Take away
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

const KINDS = { user: "", group: "group", service: "service account" };

function Holder({ subject, nameOf }: { subject: Subject; nameOf: NameOf }) {
  return (
    <span className="w-64 max-w-full truncate font-medium max-md:w-full">
      {nameOf(subject.kind, subject.id)}
      <span className="ml-1.5 font-normal text-ink-3">{KINDS[subject.kind]}</span>
    </span>
  );
}
