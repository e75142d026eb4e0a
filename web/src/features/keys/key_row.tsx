import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { may } from "@/api/me";
import { givenBy, onWords } from "@/features/access/permissions";
import { permissionsQuery, projectsQuery } from "@/features/access/queries";
import { whereWords } from "@/features/access/where_fields";
import { ago, count, exactMoment } from "@/lib/format";
import { Badge } from "@/ui/status";
import { KeyActions } from "./key_actions";
import { expiryWords, mayWords } from "./key_words";
import type { ApiKey } from "./queries";

/** A key in a line: what tells it apart and how it is used; open, all that is known of it. */
export function KeyRow({ apiKey, isMine }: { apiKey: ApiKey; isMine: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const panel = useId();
  const { name, prefix, owner, last_used_at, month_calls, expires_at, old_expires_at } = apiKey;
  const expiry = expiryWords(expires_at, Date.now() / 1000);
  return (
    <li className="border-b border-line">
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={panel}
        onClick={() => setOpen(!isOpen)}
        className="grid min-h-11 w-full grid-cols-[1fr_auto] items-center gap-x-3 gap-y-0.5 py-1.5 text-left outline-offset-[-2px] hover:bg-hover md:grid-cols-[minmax(0,1.3fr)_minmax(0,1fr)_8rem_7rem_9rem]"
      >
        <span className="flex min-w-0 items-center gap-2">
          <ChevronRight
            size={14}
            aria-hidden
            className={`shrink-0 text-ink-3 transition-transform duration-120 ${isOpen ? "rotate-90" : ""}`}
          />
          <span className="min-w-0 truncate">
            <span className="font-medium">{name}</span>{" "}
            <code className="text-12 text-ink-3">{prefix}…</code>
          </span>
          {old_expires_at !== null && <Badge tone="warn">Rotating</Badge>}
        </span>
        <span className="min-w-0 truncate text-12 text-ink-2 max-md:order-3 max-md:col-span-2 max-md:pl-5.5">
          {owner.name || "gone"}
          {owner.kind === "service" && <span className="text-ink-3"> · service account</span>}
        </span>
        <span className="text-12 text-ink-2 max-md:hidden">
          {last_used_at === null ? "never used" : `used ${ago(last_used_at)}`}
        </span>
        <span className="tabular text-right text-12 text-ink-2">
          {month_calls === 0 ? "no calls" : count(month_calls, "call")}
        </span>
        <span
          className={`text-right text-12 max-md:hidden ${expiry.isSoon ? "text-warn" : "text-ink-3"}`}
        >
          {expiry.text}
        </span>
      </button>
      {isOpen && (
        <div id={panel} className="flex flex-col gap-3 pt-1 pb-4 pl-5.5">
          <Facts apiKey={apiKey} expiry={expiry.text} />
          {(isMine || may("keys:write")) && <KeyActions apiKey={apiKey} isMine={isMine} />}
        </div>
      )}
    </li>
  );
}

function Facts({ apiKey, expiry }: { apiKey: ApiKey; expiry: string }) {
  const projects = useQuery(projectsQuery).data ?? [];
  const { created_at, created_by, last_used_at, rate_per_minute, month_cost_usd } = apiKey;
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-1">
      <dt className="text-ink-3">May do</dt>
      <dd className="min-w-0">
        {mayWords(apiKey)}
        <Grants apiKey={apiKey} />
      </dd>
      <dt className="text-ink-3">Works</dt>
      <dd>{whereWords(apiKey, projects)}</dd>
      <dt className="text-ink-3">This month</dt>
      <dd>
        {count(apiKey.month_calls, "call")}, ${Number(month_cost_usd).toFixed(2)}
        {apiKey.month_calls > 0 && (
          <>
            {" "}
            <Link
              to="/usage/$tab"
              params={{ tab: "calls" }}
              search={{ key: apiKey.id }}
              className="text-accent-text hover:underline"
            >
              Show them
            </Link>
          </>
        )}
      </dd>
      <dt className="text-ink-3">Rate</dt>
      <dd>
        {rate_per_minute === null ? "as the organisation" : `${count(rate_per_minute)} a minute`}
      </dd>
      <dt className="text-ink-3">Used</dt>
      <dd>{last_used_at === null ? "never" : ago(last_used_at)}</dd>
      <dt className="text-ink-3">Expiry</dt>
      <dd>{expiry}</dd>
      <dt className="text-ink-3">Made</dt>
      <dd title={exactMoment(created_at)}>
        {ago(created_at)} by {created_by}
      </dd>
      {apiKey.old_expires_at !== null && (
        <>
          <dt className="text-ink-3">Old secret</dt>
          <dd>good until {exactMoment(apiKey.old_expires_at)}</dd>
        </>
      )}
    </dl>
  );
}

function Grants({ apiKey }: { apiKey: ApiKey }) {
  const permissions = useQuery(permissionsQuery).data ?? [];
  if (apiKey.grants === null) return null;
  return (
    <details className="mt-0.5">
      <summary className="w-fit text-12 text-ink-2">In full</summary>
      <ul className="mt-1">
        {givenBy(apiKey.grants, permissions).map(({ permission, description, on }) => (
          <li key={permission}>
            {description}
            {!on.includes("*") && <span className="text-12 text-ink-3"> Only {onWords(on)}.</span>}
          </li>
        ))}
      </ul>
    </details>
  );
}
