/** What agents may do without asking, what they ask about, what they may not. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { may } from "@/api/me";
import { Button } from "@/ui/button";
import { ErrorNote, Spinner } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { ExplainCall } from "./explain_call";
import { rulesQuery, useSaveRules } from "./queries";
import { RuleRow } from "./rule_row";
import {
  checkDraft,
  type DraftRule,
  fromDraft,
  type GateRule,
  moved,
  newDraft,
  sameRules,
  toDraft,
} from "./rules";
import { Section } from "./section";

export default function RuleSettings() {
  const { data, error } = useQuery(rulesQuery);
  return (
    <>
      <Section
        title="Rules"
        hint={
          <>
            Every call of every agent passes these. Of the rules that match, the strictest counts:
            deny before ask before allow. Where none matches, reading is allowed and what is
            dangerous is asked.
            {may("policies:read") && (
              <>
                {" "}
                For what a list can’t say, there are{" "}
                <Link
                  to="/settings/$section"
                  params={{ section: "policies" }}
                  className="text-accent-text underline"
                >
                  policies
                </Link>
                .
              </>
            )}
          </>
        }
      >
        {error && <ErrorNote title="The rules could not be read" error={error} />}
        {data ? (
          <RuleEditor key={JSON.stringify(data.rules)} saved={data.rules} />
        ) : (
          !error && <Spinner label="Reading the rules" />
        )}
      </Section>
      <ExplainCall />
    </>
  );
}

const EXAMPLE: GateRule[] = [
  {
    tool: "shell",
    arguments: { command: "rm *" },
    effect: "deny",
    reason: "Nothing is deleted by agents.",
  },
  { tool: "http_get", effect: "ask", reason: "A person looks at each address." },
];

function RuleEditor({ saved }: { saved: GateRule[] }) {
  const [drafts, setDrafts] = useState<DraftRule[]>(() => saved.map(toDraft));
  const [isChecked, setChecked] = useState(false);
  const save = useSaveRules();
  const rules = drafts.map(fromDraft);
  const isChanged = !sameRules(rules, saved);
  const hasErrors = drafts.some((draft) => Object.keys(checkDraft(draft)).length > 0);
  const put = (id: string, changes: Partial<DraftRule>) =>
    setDrafts(drafts.map((draft) => (draft.id === id ? { ...draft, ...changes } : draft)));
  const send = () => {
    setChecked(true);
    if (hasErrors) return;
    save.mutate(rules, {
      onSuccess: () =>
        toast("Saved. Runs under way meet the new rules at their next call.", {
          onUndo: () => save.mutate(saved),
        }),
    });
  };
  const mayChange = may("gate:write");
  return (
    <fieldset disabled={!mayChange} className="contents">
      {drafts.length === 0 && (
        <div className="mb-3 max-w-150 rounded-lg border border-line bg-canvas px-4 py-3 text-ink-2">
          <p>
            No rule of your own yet: the built-in ones count. Rules that you write here narrow or
            widen them.
          </p>
          {mayChange && (
            <Button size="sm" className="mt-2" onClick={() => setDrafts(EXAMPLE.map(toDraft))}>
              Start from an example
            </Button>
          )}
        </div>
      )}
      <ol aria-label="Rules" className="flex flex-col">
        {drafts.map((draft, at) => (
          <RuleRow
            key={draft.id}
            draft={draft}
            number={at + 1}
            count={drafts.length}
            errors={isChecked ? checkDraft(draft) : {}}
            onChange={(changes) => put(draft.id, changes)}
            onMove={(by) => setDrafts(moved(drafts, at, at + by))}
            onRemove={() => setDrafts(drafts.filter((each) => each.id !== draft.id))}
          />
        ))}
      </ol>
      {save.error && (
        <ErrorNote className="mt-3" title="Not saved. What you typed is kept." error={save.error} />
      )}
      {mayChange && (
        <div className="mt-3 flex flex-wrap items-center gap-2">
          <Button icon={Plus} onClick={() => setDrafts([...drafts, newDraft()])}>
            Add a rule
          </Button>
          <span className="grow" />
          {isChanged && (
            <Button tone="quiet" onClick={() => setDrafts(saved.map(toDraft))}>
              Discard
            </Button>
          )}
          <Button tone="primary" disabled={!isChanged} isBusy={save.isPending} onClick={send}>
            Save the rules
          </Button>
        </div>
      )}
    </fieldset>
  );
}
