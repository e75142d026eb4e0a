import { useQuery } from "@tanstack/react-query";
import { Eraser } from "lucide-react";
import { Section } from "@/features/settings/section";
import { bytes, count, money } from "@/lib/format";
import { Button } from "@/ui/button";
import { CodeBlock } from "@/ui/code_block";
import { ErrorNote, Spinner } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { percent } from "./health";
import { cacheQuery, clearCache, useChange } from "./queries";
import type { CacheReport } from "./types";

const EXAMPLE = `options:
  cache_seconds: 3600`;

export function AnswerCache() {
  const { data, error, isPending } = useQuery(cacheQuery);
  const clear = useChange(clearCache);
  const forget = () =>
    clear.mutate(undefined, {
      onSuccess: () => toast("The known answers are forgotten. The next calls ask a model again."),
      onError: (failure) => toast(`Not forgotten: ${failure.message}`, { isError: true }),
    });
  return (
    <Section
      title="Answers that are known already"
      hint="The same question through the same route is answered from memory, at once and for nothing. Counted since the server began; only your organisation's."
      action={
        <Button
          size="sm"
          icon={Eraser}
          disabled={!data?.entries}
          isBusy={clear.isPending}
          onClick={forget}
        >
          Forget them all
        </Button>
      }
    >
      {isPending && <Spinner />}
      {error && data === undefined && (
        <ErrorNote title="The cache could not be read" error={error} />
      )}
      {data && <Report report={data} />}
    </Section>
  );
}

function Report({ report }: { report: CacheReport }) {
  if (report.hits + report.misses + report.entries === 0) {
    return (
      <div className="max-w-150">
        <p className="mb-2 text-ink-2">
          Nothing is kept yet. Add this to a route, and what it answers at temperature 0 is kept for
          an hour:
        </p>
        <CodeBlock code={EXAMPLE} language="yaml" />
      </div>
    );
  }
  const figures = [
    { label: "Hit rate", value: report.hit_rate === null ? "unknown" : percent(report.hit_rate) },
    { label: "From memory", value: count(report.hits) },
    { label: "Asked anew", value: count(report.misses) },
    { label: "Saved", value: savedWords(report) },
    { label: "Answers kept", value: `${count(report.entries)}, ${bytes(report.bytes)}` },
  ];
  return (
    <dl className="flex flex-wrap gap-x-8 gap-y-2">
      {figures.map(({ label, value }) => (
        <div key={label}>
          <dt className="text-12 text-ink-3">{label}</dt>
          <dd className="tabular text-14 font-medium">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What unknown prices would have cost is not 0. */
function savedWords({ saved_usd, unpriced_hits }: CacheReport): string {
  const unknown = unpriced_hits > 0 && `${count(unpriced_hits)} of unknown price`;
  if (Number(saved_usd) === 0) return unknown || "$0";
  return [money(saved_usd), unknown].filter(Boolean).join(" and ");
}
