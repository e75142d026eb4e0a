/** A question in the form of a sentence: who, or whether somebody, may do something somewhere. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Section } from "@/features/settings/section";
import { Field, Input, Select } from "@/ui/field";
import { ErrorNote, Spinner } from "@/ui/notes";
import { WhoAnswer, WhyAnswer } from "./answer";
import { useNameOf } from "./names";
import { aboutWords, byAbout, patternFor } from "./permissions";
import { answerQuery, permissionsQuery, type Question, type Subject } from "./queries";
import { SubjectSelect } from "./subject_select";
import { WhereFields } from "./where_fields";

const FIRST = "agents:run";
const HERE = { project: "This project", environment: "This environment" };

export function AskTab() {
  const { q: permission = FIRST } = useSearch({ from: "/shell/settings" });
  const navigate = useNavigate();
  const permissions = useQuery(permissionsQuery).data ?? [];
  const [subject, setSubject] = useState<Subject | null>(null);
  const [resource, setResource] = useState("");
  const [project, setProject] = useState("");
  const [environment, setEnvironment] = useState("");
  const asked = permissions.find((each) => each.permission === permission);
  const example = asked ? patternFor(asked) : null;
  const question: Question = {
    permission,
    resource: example ? resource : "",
    project,
    environment,
    subject,
  };
  const ask = (wanted: string) =>
    void navigate({
      to: ".",
      search: (before) => ({ ...before, q: wanted }),
      replace: true,
    });
  return (
    <>
      <Section
        title="Who can?"
        hint="Answered from the same roles that are enforced, for where you are or somewhere else."
      >
        <div className="flex flex-wrap items-start gap-x-3 gap-y-2">
          <Field label="Who" className="min-w-0">
            {(ids) => (
              <SubjectSelect
                {...ids}
                value={subject}
                empty="Everybody who can"
                onChange={setSubject}
              />
            )}
          </Field>
          <Field label="May do what" className="max-w-full min-w-0">
            {(ids) => (
              <Select
                {...ids}
                className="max-w-full min-w-0"
                value={permission}
                onChange={({ target }) => ask(target.value)}
              >
                {byAbout(permissions).map(([about, own]) => (
                  <optgroup key={about} label={aboutWords(about)}>
                    {own.map((each) => (
                      <option key={each.permission} value={each.permission}>
                        {each.description.replace(/\.$/, "")}
                      </option>
                    ))}
                  </optgroup>
                ))}
              </Select>
            )}
          </Field>
          {example && (
            <Field label="On" className="w-44 max-md:w-full">
              {(ids) => (
                <Input
                  {...ids}
                  value={resource}
                  placeholder={`anything, or ${example === "own" ? "run:name" : example.replace("-*", "")}`}
                  onChange={({ target }) => setResource(target.value)}
                />
              )}
            </Field>
          )}
          <WhereFields
            project={project}
            environment={environment}
            onProject={setProject}
            onEnvironment={setEnvironment}
            any={HERE}
          />
        </div>
      </Section>
      <Answer question={question} />
    </>
  );
}

function Answer({ question }: { question: Question }) {
  const nameOf = useNameOf();
  const { data, error } = useQuery({
    ...answerQuery(question),
    placeholderData: keepPreviousData,
  });
  return (
    <section aria-label="Answer" aria-live="polite" className="px-4 py-5">
      {error && <ErrorNote title="That can't be answered" error={error} />}
      {!error && !data && <Spinner label="Looking it up" />}
      {!error && data?.who && <WhoAnswer who={data.who} nameOf={nameOf} />}
      {!error && data?.why && <WhyAnswer why={data.why} nameOf={nameOf} />}
    </section>
  );
}
