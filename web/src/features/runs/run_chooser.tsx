import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { duration, moment } from "@/lib/format";
import { Field, Input } from "@/ui/field";
import { Status } from "@/ui/status";
import { runChoicesQuery, runQuery } from "./queries";
import { runTitle } from "./run_list";
import { runSeconds } from "./search";

interface Props {
  label: string;
  /** The run on the other side: offered are those of its agent. */
  besides: string | undefined;
  onChoose: (id: string) => void;
}

export function RunChooser({ label, besides, onChoose }: Props) {
  const [text, setText] = useState("");
  const other = useQuery({ ...runQuery(besides ?? ""), enabled: besides !== undefined });
  const agent = text === "" ? (other.data?.agent ?? null) : null;
  const { data } = useQuery(runChoicesQuery(text, agent));
  const offered = data?.items.filter((run) => run.id !== besides) ?? [];
  return (
    <div>
      <Field label={label}>
        {(ids) => (
          <Input
            {...ids}
            type="search"
            placeholder="Find by title or id"
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
        )}
      </Field>
      <ul
        aria-label={`Choices for the ${label.toLowerCase()}`}
        className="mt-2 max-h-64 overflow-y-auto"
      >
        {offered.map((run) => (
          <li key={run.id}>
            <button
              type="button"
              onClick={() => onChoose(run.id)}
              className="flex h-8 w-full items-center gap-2 rounded-md px-2 text-left hover:bg-hover"
            >
              <Status status={run.status} isIconOnly />
              <span className="min-w-0 grow truncate">{runTitle(run)}</span>
              <span className="tabular shrink-0 text-12 text-ink-3">
                {moment(run.created_at)}
                <span className="max-md:hidden">
                  {" "}
                  · {duration(runSeconds(run, run.updated_at))}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
