import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { may } from "@/api/me";
import { projectsQuery } from "@/features/access/queries";
import { AskedButton } from "@/features/account/asked_button";
import { Section } from "@/features/settings/section";
import { faultOf, faultOfAll } from "@/features/signin/entering";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/code_block";
import { Field, Input } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { useAddProject, useRemoveProject } from "./queries";
import { slugOf } from "./slug";

/** Work kept apart; roles and keys can count in one of them only. */
export function ProjectsPart() {
  const { data, error } = useQuery(projectsQuery);
  const remove = useRemoveProject();
  const mayChange = may("org:write");
  return (
    <Section
      title="Projects"
      hint="Each has the environments dev, staging and production. Roles and keys can count in one of them only."
    >
      {mayChange && <AddProject />}
      {(error ?? remove.error) && (
        <ErrorNote title="That did not work" error={error ?? remove.error} className="mt-3" />
      )}
      <ul aria-label="Projects" className="mt-4 border-t border-line">
        {(data ?? []).map(({ id, slug, name, created_at }) => (
          <li
            key={id}
            className="flex min-h-11 flex-wrap items-center gap-x-3 border-b border-line py-1"
          >
            <span className="min-w-32 grow font-medium">{name}</span>
            <span className="flex items-center gap-1 text-12 text-ink-3">
              <code>{slug}</code>
              <CopyButton text={id} label={`Copy the id of ${name}`} />
            </span>
            {mayChange && created_at !== null && (
              <AskedButton
                label="Remove"
                name={`Remove ${name}`}
                answer="Remove; what was done stays"
                isBusy={remove.isPending}
                onYes={() => remove.mutate(id)}
              />
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function AddProject() {
  const [name, setName] = useState("");
  const [slug, setSlug] = useState<string | null>(null);
  const add = useAddProject();
  const wanted = slug ?? slugOf(name);
  const rest = faultOfAll(add.error, ["name", "slug"]);
  return (
    <form
      aria-label="New project"
      className="flex max-w-150 flex-wrap items-start gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() === "" || wanted === "") return;
        add.mutate(
          { name: name.trim(), slug: wanted },
          {
            onSuccess: () => {
              setName("");
              setSlug(null);
            },
          },
        );
      }}
    >
      <Field label="New project" className="min-w-40 grow" error={faultOf(add.error, "name")}>
        {(ids) => (
          <Input
            {...ids}
            value={name}
            placeholder="Shop"
            maxLength={100}
            onChange={({ target }) => setName(target.value)}
          />
        )}
      </Field>
      <Field label="In addresses" className="w-40" error={faultOf(add.error, "slug")}>
        {(ids) => (
          <Input
            {...ids}
            value={wanted}
            className="font-mono"
            maxLength={40}
            onChange={({ target }) => setSlug(target.value)}
          />
        )}
      </Field>
      <Button
        type="submit"
        className="md:mt-5"
        disabled={name.trim() === "" || wanted === ""}
        isBusy={add.isPending}
      >
        Add the project
      </Button>
      {rest && <ErrorNote title="Not added" error={rest} className="w-full" />}
    </form>
  );
}
