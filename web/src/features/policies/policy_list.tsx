import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, CircleDashed, Lock, PencilLine } from "lucide-react";
import { may } from "@/api/me";
import { Section } from "@/features/settings/section";
import { ago, exactMoment } from "@/lib/format";
import { ErrorNote, Spinner } from "@/ui/notes";
import { rowClass } from "@/ui/panes";
import { draftNames } from "./drafts";
import { NewPolicy } from "./new_policy";
import { type PolicyInfo, policiesQuery } from "./queries";

/** Own policies, then those that ship with cadre. */
export function PolicyList() {
  const { data, error, isPending } = useQuery(policiesQuery);
  const all = data?.items ?? [];
  const own = all.filter(({ shipped }) => !shipped);
  const begun =
    data === undefined
      ? []
      : draftNames().filter((name) => !all.some((each) => each.name === name));
  return (
    <div className="max-w-240">
      <Section
        title="Your policies"
        hint={
          <>
            Rego modules that speak of every call of every agent. The strictest of all that match
            counts. For a plain list of tools,{" "}
            <Link
              to="/settings/$section"
              params={{ section: "rules" }}
              className="text-accent-text underline"
            >
              rules of the gate
            </Link>{" "}
            are quicker to write.
          </>
        }
        action={may("policies:write") && <NewPolicy taken={all.map(({ name }) => name)} />}
      >
        {error && <ErrorNote title="The policies could not be read" error={error} />}
        {isPending && <Spinner label="Reading the policies" />}
        {data && own.length + begun.length === 0 && (
          <p className="max-w-150 text-ink-2">
            None yet: what ships with cadre decides alone. A policy of yours is kept as a draft,
            tested, tried on the calls of lately, and only then put in force.
          </p>
        )}
        {own.length + begun.length > 0 && (
          <ul aria-label="Your policies" className="border-t border-line">
            {own.map((policy) => (
              <Row key={policy.name} policy={policy} />
            ))}
            {begun.map((name) => (
              <BegunRow key={name} name={name} />
            ))}
          </ul>
        )}
      </Section>
      <Section
        title="Ships with cadre"
        hint="These decide in every organisation. Read them to see what counts where nobody said otherwise."
      >
        <ul aria-label="Policies that ship with cadre" className="border-t border-line">
          {all
            .filter(({ shipped }) => shipped)
            .map((policy) => (
              <Row key={policy.name} policy={policy} />
            ))}
        </ul>
      </Section>
    </div>
  );
}

const ROW = "min-h-11 flex-wrap items-center gap-x-4 gap-y-1 py-2 px-1!";

function Row({ policy }: { policy: PolicyInfo }) {
  return (
    <li>
      <Link
        to="/settings/$section"
        params={{ section: "policies" }}
        search={{ open: policy.name }}
        className={rowClass({ className: ROW })}
      >
        <span className="min-w-32 grow font-medium">{policy.name}</span>
        <InForce policy={policy} />
        {policy.changed_at !== null && (
          <span className="text-12 text-ink-3 md:w-52" title={exactMoment(policy.changed_at)}>
            changed {ago(policy.changed_at)} by {policy.changed_by}
          </span>
        )}
      </Link>
    </li>
  );
}

/** Whether it decides: an icon and words. */
export function InForce({ policy }: { policy: Pick<PolicyInfo, "shipped" | "active" | "newest"> }) {
  const { shipped, active, newest } = policy;
  const look = "inline-flex items-center gap-1.5 text-12";
  if (shipped)
    return (
      <span className={`${look} text-ink-3`}>
        <Lock size={14} aria-hidden /> Always in force
      </span>
    );
  if (active === null)
    return (
      <span className={`${look} text-ink-3`}>
        <CircleDashed size={14} aria-hidden /> Not in force
      </span>
    );
  return (
    <span className={`${look} text-ok`}>
      <CircleCheck size={14} aria-hidden />
      <span>
        Version {active} in force
        {newest !== null && newest > active && (
          <span className="text-ink-3">, version {newest} is a draft</span>
        )}
      </span>
    </span>
  );
}

function BegunRow({ name }: { name: string }) {
  return (
    <li>
      <Link
        to="/settings/$section"
        params={{ section: "policies" }}
        search={{ open: name }}
        className={rowClass({ className: ROW })}
      >
        <span className="min-w-32 grow font-medium">{name}</span>
        <span className="inline-flex items-center gap-1.5 text-12 text-ink-3">
          <PencilLine size={14} aria-hidden /> Begun in this browser, not saved
        </span>
      </Link>
    </li>
  );
}
