/** How often who may ask, how much of it is used, and what happens then. */
import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { may } from "@/api/me";
import { Section } from "@/features/settings/section";
import { ErrorNote, Spinner } from "@/ui/notes";
import { LimitOne } from "./limit_one";
import { LimitRow } from "./limit_row";
import { limitsQuery, limitUsageQuery } from "./queries";
import { KINDS, type Limit, limitsOf } from "./rules";

/** From here on the server puts off what matters least. */
const LATE_SECONDS = 0.5;

export default function LimitsSection() {
  const rules = useQuery(limitsQuery);
  const usage = useQuery(limitUsageQuery);
  const limits = limitsOf(rules.data?.items ?? [], usage.data?.items ?? []);
  const isLate = (usage.data?.lag_seconds ?? 0) >= LATE_SECONDS;
  return (
    <>
      <Section
        title="Limits"
        hint="What asks more often is refused and told when to try again (429 with Retry-After); nothing of it is done, and nothing is lost. Whoever is refused by one rule does not count under the others. Bars show the fullest of each kind just now."
      >
        {isLate && (
          <p role="status" className="mb-3 flex items-center gap-2 text-warn">
            <TriangleAlert size={14} aria-hidden /> The server is late by {usage.data?.lag_seconds}{" "}
            s: uploads wait first, then reading, then changing.
          </p>
        )}
        {rules.error && <ErrorNote title="The limits could not be read" error={rules.error} />}
        {rules.isPending && <Spinner label="Reading the limits" />}
        {rules.data &&
          KINDS.map(({ id, each }) => (
            <Kind key={id} title={each} limits={limits.filter(({ kind }) => kind === id)} />
          ))}
      </Section>
      {may("limits:write") && (
        <Section
          title="Limit one"
          hint="A rule of its own for one person, key, service account or address, in the place of the rule for each."
        >
          <LimitOne />
        </Section>
      )}
    </>
  );
}

function Kind({ title, limits }: { title: string; limits: Limit[] }) {
  if (limits.length === 0) return null;
  return (
    <section className="mb-5 last:mb-0">
      <h3 className="mb-1 text-12 font-medium text-ink-2">{title}</h3>
      <ul aria-label={title} className="border-t border-line">
        {limits.map((limit) => (
          <LimitRow key={`${limit.subject} ${limit.endpoints}`} limit={limit} />
        ))}
      </ul>
    </section>
  );
}
