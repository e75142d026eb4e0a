import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { count, exactMoment } from "@/lib/format";
import { IconButton } from "@/ui/button";
import { ErrorNote, Spinner } from "@/ui/notes";
import { PaneHeader } from "@/ui/panes";
import { exactUsd, milliseconds } from "./amounts";
import { CallStatus } from "./call_status";
import { modelOf } from "./call_table";
import { useNames } from "./names";
import { type Call, callQuery } from "./queries";

interface Props {
  id: string;
  at: number;
  /** If the list has it already. */
  known: Call | undefined;
  onClose: () => void;
}

/** All that is known about one call. */
export function CallPane({ id, at, known, onClose }: Props) {
  const asked = useQuery({ ...callQuery(id, at), enabled: known === undefined });
  const call = known ?? asked.data;
  return (
    <section aria-label="One call" className="flex h-full min-h-0 flex-col">
      <PaneHeader
        title={call ? modelOf(call) : "A call"}
        onBack={onClose}
        actions={
          <IconButton
            icon={X}
            label="Close"
            keys="Esc"
            onClick={onClose}
            className="max-md:hidden"
          />
        }
      />
      {call && (
        <div className="pane grow px-4 pb-6">
          <Facts call={call} />
        </div>
      )}
      {!call && asked.isPending && <Spinner label="Reading the call" />}
      {asked.error && (
        <ErrorNote className="m-4" title="It could not be read" error={asked.error} />
      )}
      {!call && asked.isSuccess && (
        <p className="p-4 text-ink-2">
          There is no such call any more. Single calls are kept for a while only; their sums stay.
        </p>
      )}
    </section>
  );
}

const LINK = "text-accent-text hover:underline break-all";

function Facts({ call }: { call: Call }) {
  const nameOf = useNames();
  return (
    <>
      <Part title="In short">
        <Fact name="Outcome">
          <CallStatus call={call} />
        </Fact>
        {call.error_code && (
          <Fact name="Because">
            <code className="text-12">{call.error_code}</code>
          </Fact>
        )}
        <Fact name="Cost">
          <span className="tabular font-medium">{exactUsd(call.cost_usd)}</span>
        </Fact>
        {Number(call.saved_usd) > 0 && <Fact name="Saved">{exactUsd(call.saved_usd)}</Fact>}
      </Part>
      <Part title="Who asked">
        <Fact name="Run">
          {call.run_id && (
            <Link to="/runs/$id" params={{ id: call.run_id }} className={LINK}>
              {call.run_id}
            </Link>
          )}
        </Fact>
        <Fact name="Agent">
          {call.agent && (
            <Link to="/agents/$name" params={{ name: call.agent }} className={LINK}>
              {call.agent}
            </Link>
          )}
        </Fact>
        <Fact name="API key">{call.key_id && nameOf("key", call.key_id)}</Fact>
        <Fact name="User">{call.user_id && nameOf("user", call.user_id)}</Fact>
        <Fact name="Way in">{nameOf("via", call.via)}</Fact>
        <Fact name="Project">
          {call.project_id}, {call.environment}
        </Fact>
      </Part>
      <Part title="Who answered">
        <Fact name="Asked for">{call.asked}</Fact>
        <Fact name="Route">{call.route}</Fact>
        <Fact name="Model">
          <Link to="/models/$name" params={{ name: modelOf(call) }} className={LINK}>
            {modelOf(call)}
          </Link>
        </Fact>
        <Fact name="Kind">{nameOf("kind", call.kind)}</Fact>
      </Part>
      <Part title="Time">
        <Fact name="Began">{exactMoment(call.at)}</Fact>
        <Fact name="First token">{milliseconds(call.first_token_ms)}</Fact>
        <Fact name="Total">{milliseconds(call.total_ms)}</Fact>
        <Fact name="Attempts">{count(call.attempts)}</Fact>
      </Part>
      <Amounts call={call} />
      <Part title="Ids">
        <Fact name="Call">
          <code className="text-12 break-all">{call.id}</code>
        </Fact>
        <Fact name="Request">
          {call.request_id && <code className="text-12 break-all">{call.request_id}</code>}
        </Fact>
      </Part>
    </>
  );
}

function Amounts({ call }: { call: Call }) {
  const rest: [string, number][] = [
    ["Characters", call.characters],
    ["Seconds", call.seconds],
    ["Pictures", call.images],
    ["Searches", call.searches],
  ];
  return (
    <Part title="Tokens">
      <Fact name="In">{count(call.input_tokens)}</Fact>
      <Fact name="… from cache">{count(call.cached_tokens)}</Fact>
      <Fact name="… into cache">{count(call.cache_write_tokens)}</Fact>
      <Fact name="Out">{count(call.output_tokens)}</Fact>
      <Fact name="… reasoning">{count(call.reasoning_tokens)}</Fact>
      {rest.map(
        ([name, value]) =>
          value > 0 && (
            <Fact key={name} name={name}>
              {count(value)}
            </Fact>
          ),
      )}
    </Part>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="border-b border-line py-3 last:border-b-0">
      <h2 className="mb-1 text-12 font-medium text-ink-3">{title}</h2>
      <dl>{children}</dl>
    </section>
  );
}

/** A row; a dash where there is nothing. */
function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-h-6 gap-3">
      <dt className="w-26 shrink-0 text-ink-2">{name}</dt>
      <dd className="tabular min-w-0 grow break-words">{children || "–"}</dd>
    </div>
  );
}
