import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { faultOf, faultOfAll } from "@/features/signin/entering";
import { Button } from "@/ui/button";
import { Field, Input, Select } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { type Environment, rolesQuery, type Subject, useGiveRole } from "./queries";
import { SubjectSelect } from "./subject_select";
import { WhereFields } from "./where_fields";

interface Props {
  /** Whom the role is given to; without one it is chosen here. */
  subject?: Subject;
  onDone?: () => void;
}

/** A role, to whom, where it counts, and on which things. */
export function GiveRole({ subject, onDone }: Props) {
  const roles = useQuery(rolesQuery).data ?? [];
  const [chosen, setChosen] = useState<Subject | null>(null);
  const [role, setRole] = useState("");
  const [project, setProject] = useState("");
  const [environment, setEnvironment] = useState("");
  const [resources, setResources] = useState("");
  const give = useGiveRole();
  const to = subject ?? chosen;
  const rest = faultOfAll(give.error, ["role"]);
  const send = () => {
    if (!to || role === "") return;
    const body = {
      subject: { kind: to.kind, id: to.id },
      role,
      project: project || null,
      environment: (environment || null) as Environment | null,
      resources: resources.split(/[\s,]+/u).filter(Boolean),
    };
    give.mutate(body, {
      onSuccess: () => {
        setRole("");
        setResources("");
        onDone?.();
      },
    });
  };
  return (
    <form
      aria-label="Give a role"
      className="flex flex-wrap items-start gap-x-3 gap-y-2"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {!subject && (
        <Field label="To" className="min-w-0">
          {(ids) => (
            <SubjectSelect {...ids} value={chosen} empty="Choose somebody" onChange={setChosen} />
          )}
        </Field>
      )}
      <Field label="Role" error={faultOf(give.error, "role")}>
        {(ids) => (
          <Select {...ids} value={role} onChange={({ target }) => setRole(target.value)}>
            <option value="">Choose a role</option>
            {roles.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </Select>
        )}
      </Field>
      <WhereFields
        project={project}
        environment={environment}
        onProject={setProject}
        onEnvironment={setEnvironment}
      />
      <Field label="Only on" className="w-44 max-md:w-full">
        {(ids) => (
          <Input
            {...ids}
            value={resources}
            placeholder="everything"
            title="Patterns as agent:support-*, with commas between them"
            onChange={({ target }) => setResources(target.value)}
          />
        )}
      </Field>
      <Button
        type="submit"
        className="md:mt-5"
        disabled={!to || role === ""}
        isBusy={give.isPending}
      >
        Give the role
      </Button>
      {rest && <ErrorNote title="The role was not given" error={rest} className="w-full" />}
    </form>
  );
}
