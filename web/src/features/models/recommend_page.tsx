/** A task in plain words, and the models that could do it, with reasons. */
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Lightbulb } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { money } from "@/lib/format";
import { Button } from "@/ui/button";
import { Field, TextArea } from "@/ui/field";
import { EmptyState, ErrorNote, Spinner } from "@/ui/notes";
import { PaneHeader } from "@/ui/panes";
import { ConsideredList } from "./considered_list";
import { askRecommendation } from "./queries";
import type { Recommendation } from "./types";

const IDEAS = [
  "Read long PDF contracts and answer as JSON, as cheaply as possible",
  "Hard reasoning over code, quality first",
  "Quick answers about pictures",
];
const SHORTEST = 3;

export function RecommendPage() {
  const { task = "" } = useSearch({ from: "/shell/models/recommend" });
  const navigate = useNavigate();
  const [text, setText] = useState(task);
  const ask = (wanted: string) => {
    setText(wanted);
    if (wanted.trim().length < SHORTEST) return;
    void navigate({ to: "/models/recommend", search: { task: wanted.trim() } });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey)) return;
    event.preventDefault();
    ask(text);
  };
  return (
    <div className="flex h-full min-w-0 flex-col">
      <PaneHeader title="Recommend" />
      <div className="pane grow">
        <form
          aria-label="Task"
          className="flex max-w-160 flex-col gap-3 p-4"
          onSubmit={(event) => {
            event.preventDefault();
            ask(text);
          }}
        >
          <Field
            label="What should the model do?"
            hint="In your own words: what goes in, what comes out, and what matters most."
          >
            {(ids) => (
              <TextArea
                {...ids}
                value={text}
                maxLength={4000}
                onChange={({ target }) => setText(target.value)}
                onKeyDown={onKeyDown}
              />
            )}
          </Field>
          <div className="flex flex-wrap gap-2">
            {IDEAS.map((idea) => (
              <Button key={idea} size="sm" className="max-w-full" onClick={() => ask(idea)}>
                <span className="truncate">{idea}</span>
              </Button>
            ))}
          </div>
          <div>
            <Button type="submit" tone="primary" disabled={text.trim().length < SHORTEST}>
              Recommend models
            </Button>
          </div>
        </form>
        {task.length >= SHORTEST && <Answer task={task} />}
      </div>
    </div>
  );
}

function Answer({ task }: { task: string }) {
  const { data, error, isPending } = useQuery({
    queryKey: ["models", "recommend", task],
    queryFn: () => askRecommendation(task),
    placeholderData: (old) => old,
  });
  if (isPending) return <Spinner label="Comparing the models" />;
  if (error && data === undefined) {
    return <ErrorNote className="m-4" title="Nothing could be recommended" error={error} />;
  }
  return data && <Found found={data} />;
}

function Found({ found }: { found: Recommendation }) {
  return (
    <section aria-label="Recommended models" className="border-t border-line">
      {found.wants.length > 0 && (
        <p className="px-4 py-3 text-ink-2">
          Understood:{" "}
          {found.wants.map(({ word, meaning }, index) => (
            <span key={word}>
              {index > 0 && ", "}
              {meaning} <span className="text-ink-3">(from “{word}”)</span>
            </span>
          ))}
          .
        </p>
      )}
      {found.models.length === 0 && (
        <EmptyState icon={Lightbulb} title="No model that you have can do this">
          Below is what each lacks. Connect another provider, or ask for less.
        </EmptyState>
      )}
      <ol aria-label="Models, best first" className="max-w-240">
        {found.models.map((model, index) => (
          <li key={model.name} className="flex gap-3 border-t border-line px-4 py-2.5">
            <span className="tabular w-4 shrink-0 text-right text-ink-3">{index + 1}</span>
            <div className="min-w-0 grow">
              <Link
                to="/models/$name"
                params={{ name: model.name }}
                className="font-mono text-12 break-all text-accent-text hover:underline"
              >
                {model.name}
              </Link>
              <p className="text-ink-2">{model.reasons.join(", ")}</p>
            </div>
            <span className="tabular shrink-0 text-right">
              {model.points.toFixed(2)} <span className="text-12 text-ink-3">of 1</span>
              <span className="block text-12 text-ink-3">
                {model.estimated_cost_usd === null
                  ? "price unknown"
                  : `${money(model.estimated_cost_usd)} a call`}
              </span>
            </span>
          </li>
        ))}
      </ol>
      <p className="border-t border-line px-4 py-3 text-12 text-ink-3">{found.note}</p>
      <ConsideredList title="Passed over" items={found.passed_over} />
    </section>
  );
}
