import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { may } from "@/api/me";
import { Section } from "@/features/settings/section";
import { allowances, allowanceWords } from "./allowance";
import { type Organisation, orgUsageQuery } from "./queries";

/** What the organisation may have, beside what it has. */
export function AllowancePart({ org }: { org: Organisation }) {
  const usage = useQuery(orgUsageQuery).data;
  return (
    <Section
      title="Allowance"
      hint="What this organisation may have. Whoever runs the installation sets it."
      action={
        may("limits:read") && (
          <Link
            to="/settings/$section"
            params={{ section: "limits" }}
            className="text-12 text-accent-text hover:underline"
          >
            Limits of requests
          </Link>
        )
      }
    >
      <dl className="grid max-w-120 grid-cols-[1fr_auto]">
        {allowances(org.limits, usage).map((each) => (
          <div key={each.name} className="contents">
            <dt className="border-b border-line py-1.5 text-ink-2">{each.label}</dt>
            <dd className="tabular border-b border-line py-1.5 text-right">
              {allowanceWords(each)}
              {each.most !== null && each.has !== null && (
                <meter
                  aria-label={each.label}
                  className="ml-3 h-2 w-24 align-middle"
                  min={0}
                  max={Math.max(each.most, 1)}
                  high={each.most * 0.9}
                  value={each.has}
                />
              )}
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
