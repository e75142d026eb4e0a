import { useQuery } from "@tanstack/react-query";
import { Field, Select } from "@/ui/field";
import { ENVIRONMENTS, projectsQuery } from "./queries";

interface Props {
  project: string;
  environment: string;
  onProject: (project: string) => void;
  onEnvironment: (environment: string) => void;
  /** What an empty choice means. */
  any?: { project: string; environment: string };
}

const ALL = { project: "All projects", environment: "All environments" };

/** In which project and environment something counts. */
export function WhereFields(props: Props) {
  const { project, environment, onProject, onEnvironment, any = ALL } = props;
  const projects = useQuery(projectsQuery).data ?? [];
  return (
    <>
      <Field label="Project">
        {(ids) => (
          <Select {...ids} value={project} onChange={({ target }) => onProject(target.value)}>
            <option value="">{any.project}</option>
            {projects.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="Environment">
        {(ids) => (
          <Select
            {...ids}
            value={environment}
            onChange={({ target }) => onEnvironment(target.value)}
          >
            <option value="">{any.environment}</option>
            {ENVIRONMENTS.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </>
  );
}

interface Place {
  project: string | null;
  environment: string | null;
}

/** "everywhere", "in Shop, production". */
export function whereWords(
  { project, environment }: Place,
  projects: readonly { id: string; name: string }[],
): string {
  if (!project && !environment) return "everywhere";
  const name = project && (projects.find(({ id }) => id === project)?.name ?? project);
  return `in ${[name, environment].filter(Boolean).join(", ")}`;
}
