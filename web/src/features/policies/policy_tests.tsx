/** The tests of a policy, and what came of each of them. */
import { CircleCheck, CircleX, Play } from "lucide-react";
import { Button } from "@/ui/button";
import { ErrorNote } from "@/ui/notes";
import { readPolicyFault } from "./fault";
import { PolicyEditor } from "./policy_editor";
import { type TestReport, useRunTests } from "./queries";
import type { PolicyDraft } from "./use_policy_draft";

export function PolicyTests({ policy }: { policy: PolicyDraft }) {
  const run = useRunTests();
  return (
    <div className="flex h-full min-h-0 flex-col lg:flex-row">
      <div className="flex min-h-60 min-w-0 grow flex-col">
        <PolicyEditor part="tests" policy={policy} />
      </div>
      <section
        aria-label="Results"
        className="pane shrink-0 border-line p-4 max-lg:max-h-72 max-lg:border-t lg:w-88 lg:border-l"
      >
        <div className="flex flex-wrap items-center gap-2">
          <Button
            size="sm"
            icon={Play}
            isBusy={run.isPending}
            onClick={() => run.mutate(policy.draft)}
          >
            Run the tests
          </Button>
          {run.data && <Summary report={run.data} />}
        </div>
        <p className="mt-2 text-12 text-ink-3">
          They run on what is typed, saved or not. A policy whose tests fail does not come into
          force.
        </p>
        {run.error && (
          <ErrorNote
            className="mt-3"
            title="The tests could not run"
            error={readPolicyFault(run.error).text}
          />
        )}
        {run.data && <Results report={run.data} />}
      </section>
    </div>
  );
}

function Summary({ report }: { report: TestReport }) {
  const failed = report.tests.filter(({ passed }) => !passed).length;
  if (report.tests.length === 0) return <span className="text-ink-2">There is no test.</span>;
  return (
    <span role="status" className={failed > 0 ? "text-bad" : "text-ok"}>
      {failed > 0 ? `${failed} of ${report.tests.length} fail` : `All ${report.tests.length} pass`}
    </span>
  );
}

function Results({ report }: { report: TestReport }) {
  return (
    <ul aria-label="Result of each test" className="mt-3 border-t border-line">
      {report.tests.map(({ module, name, passed, why }) => (
        <li key={`${module} ${name}`} className="border-b border-line py-2">
          <span className="flex items-start gap-2">
            {passed ? (
              <CircleCheck size={14} aria-hidden className="mt-0.5 shrink-0 text-ok" />
            ) : (
              <CircleX size={14} aria-hidden className="mt-0.5 shrink-0 text-bad" />
            )}
            <code className="min-w-0 grow text-12 leading-5 break-all">{name}</code>
            <span className={passed ? "text-ok" : "text-bad"}>{passed ? "passes" : "fails"}</span>
          </span>
          {!passed && why && <p className="mt-0.5 pl-5.5 text-12 text-ink-2">{why}</p>}
        </li>
      ))}
    </ul>
  );
}
