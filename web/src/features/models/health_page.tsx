/** The status page of models: each provider that is connected, and what was asked of it. */

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { HeartPulse } from "lucide-react";
import { may } from "@/api/me";
import { exactMoment } from "@/lib/format";
import { Button, buttonClass } from "@/ui/button";
import { EmptyState, ErrorNote, Spinner } from "@/ui/notes";
import { PaneHeader } from "@/ui/panes";
import { providerViews } from "./health";
import { HealthProvider } from "./health_provider";
import { healthQuery } from "./health_queries";

export function HealthPage() {
  const { data, error, isPending, refetch } = useQuery(healthQuery);
  const views = providerViews(data?.providers ?? []);
  const hasCalls = views.some(({ asked }) => asked.length > 0);
  return (
    <div className="flex h-full min-w-0 flex-col">
      <PaneHeader
        title="Health"
        aside={
          data && (
            <span className="text-12 text-ink-3">
              <span className="max-md:sr-only">as of </span>
              {exactMoment(data.at).split(", ").at(-1)}
            </span>
          )
        }
      />
      <div className="pane grow">
        {isPending && <Spinner label="Reading how they do" />}
        {error && (
          <ErrorNote
            className="m-4"
            title={
              data
                ? "What is shown is older: it could not be read again"
                : "The health of the models could not be read"
            }
            error={error}
            action={<Button onClick={() => refetch()}>Try again</Button>}
          />
        )}
        {data && views.length === 0 && <NoProvider />}
        {views.length > 0 && !hasCalls && <NoCalls />}
        {data &&
          views.map((view) => (
            <HealthProvider key={view.provider.name} view={view} now={data.at} />
          ))}
      </div>
    </div>
  );
}

function NoProvider() {
  return (
    <EmptyState
      icon={HeartPulse}
      title="No provider is connected yet"
      action={
        may("providers:write") && (
          <Link
            to="/settings/$section"
            params={{ section: "models" }}
            className={buttonClass("primary")}
          >
            Add a provider
          </Link>
        )
      }
    >
      Each provider is watched from the calls that go to it: whether it answers, how fast, how often
      it fails, and whether it is given a rest.
    </EmptyState>
  );
}

function NoCalls() {
  return (
    <p className="border-b border-line bg-canvas px-4 py-3 text-ink-2">
      No calls in the last day. With the first one appears here, for each model: whether it answers,
      errors, the time to the first word (p50 and p95) and a bar for every hour. To see something
      now, probe a provider: it is asked for its list of models, which costs nothing.
    </p>
  );
}
