import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { type SettingsSearch, useSettingsSearch } from "@/features/settings/use_settings_search";
import { exactMoment } from "@/lib/format";
import { IconButton } from "@/ui/button";
import { CodeBlock, CopyButton } from "@/ui/code_block";
import { ErrorNote, Spinner } from "@/ui/notes";
import { PaneHeader } from "@/ui/panes";
import { type AuditEvent, eventQuery } from "./queries";
import { ResultMark } from "./result_mark";
import { actorWords } from "./words";

interface Props {
  seq: number;
  /** If the list has it already. */
  known: AuditEvent | undefined;
  onClose: () => void;
}

/** Everything that is known of one event. */
export function EventPane({ seq, known, onClose }: Props) {
  const asked = useQuery({ ...eventQuery(seq), enabled: known === undefined && seq > 0 });
  const event = known ?? asked.data;
  return (
    <section
      aria-label="One event"
      className="flex min-h-0 min-w-0 flex-col border-line max-md:w-full md:w-96 md:shrink-0 md:border-l"
    >
      <PaneHeader
        title={event?.action ?? `Event ${seq}`}
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
      {event && (
        <div className="pane grow px-4 pb-6">
          <Facts event={event} />
        </div>
      )}
      {asked.error && (
        <ErrorNote className="m-4" title="It could not be read" error={asked.error} />
      )}
      {!event && asked.isLoading && <Spinner label="Reading the event" />}
      {!event && !asked.isLoading && !asked.error && (
        <p className="p-4 text-ink-2">There is no such event (any more).</p>
      )}
    </section>
  );
}

function Facts({ event }: { event: AuditEvent }) {
  const hasDetails = Object.keys(event.details).length > 0;
  return (
    <>
      <Part title="What">
        <Fact name="Result">
          <ResultMark event={event} />
        </Fact>
        <Fact name="Action">
          <Only by={{ action: event.action }} text={event.action} />
        </Fact>
        <Fact name="On">
          {event.resource && <Only by={{ resource: event.resource }} text={event.resource} />}
        </Fact>
        <Fact name="When">{exactMoment(event.at)}</Fact>
      </Part>
      <Part title="Who">
        <Fact name="Name">{actorWords(event)}</Fact>
        <Fact name="Kind">{event.actor_kind}</Fact>
        <Fact name="Id">
          {event.actor_id && <Only by={{ actor: event.actor_id }} text={event.actor_id} />}
        </Fact>
        <Fact name="From">{event.ip && <code className="text-12">{event.ip}</code>}</Fact>
        <Fact name="With">{event.user_agent}</Fact>
        <Fact name="Request">{event.request_id && <Id text={event.request_id} />}</Fact>
      </Part>
      {hasDetails && (
        <Part title="Details" isPlain>
          <CodeBlock
            code={JSON.stringify(event.details, null, 2)}
            language="json"
            maxHeight={280}
          />
        </Part>
      )}
      <Part title="Link of the chain">
        <Fact name="Number">{event.seq}</Fact>
        <Fact name="Hash">
          <Id text={event.hash} />
        </Fact>
        <Fact name="Previous">{event.previous_hash && <Id text={event.previous_hash} />}</Fact>
      </Part>
    </>
  );
}

/** A value that narrows the list to what has the same. */
function Only({ by, text }: { by: SettingsSearch; text: string }) {
  const { change } = useSettingsSearch();
  return (
    <button
      type="button"
      title="Show only these"
      onClick={() => change(by)}
      className="text-left font-mono text-12 break-all text-accent-text hover:underline"
    >
      {text}
    </button>
  );
}

function Id({ text }: { text: string }) {
  return (
    <span className="flex items-start gap-1">
      <code className="min-w-0 text-12 leading-5 break-all">{text}</code>
      <CopyButton text={text} className="-my-1 shrink-0" />
    </span>
  );
}

interface PartProps {
  title: string;
  /** Not a list of facts. */
  isPlain?: boolean;
  children: ReactNode;
}

function Part({ title, isPlain = false, children }: PartProps) {
  return (
    <section className="border-b border-line py-3 last:border-b-0">
      <h2 className="mb-1 text-12 font-medium text-ink-3">{title}</h2>
      {isPlain ? children : <dl>{children}</dl>}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-h-6 gap-3">
      <dt className="w-20 shrink-0 text-ink-2">{name}</dt>
      <dd className="tabular min-w-0 grow break-words">{children || "–"}</dd>
    </div>
  );
}
