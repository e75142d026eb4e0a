import type { ReactNode } from "react";
import { CodeBlock } from "@/ui/code_block";
import { ErrorNote } from "@/ui/notes";
import { asData, asList, asText } from "./json";
import { JsonView } from "./json_view";
import { TextView } from "./text_view";
import type { LiveText, TimelineRow } from "./timeline";
import { ValueView } from "./value_view";

/** What came out of a step: shown as what it is, with what went wrong first. */
export function StepResult({ runId, row }: { runId: string; row: TimelineRow }) {
  return (
    <div className="flex flex-col gap-3 p-4">
      {row.error !== null && (
        <ErrorNote title={`${row.name} failed: ${row.error.code}`} error={row.error.detail} />
      )}
      <Decision row={row} />
      <Output runId={runId} row={row} />
    </div>
  );
}

function Output({ runId, row }: { runId: string; row: TimelineRow }): ReactNode {
  if (row.kind === "approval") return null;
  if (row.live !== null) return <Live live={row.live} />;
  if (row.output === null) {
    if (row.error !== null || row.status === "unknown") return null;
    return <p className="text-ink-3">{NOTHING[row.status]}</p>;
  }
  if (row.kind === "model") return <Reply output={row.output} />;
  if (row.kind === "gate") return <JsonView value={row.output} />;
  return <ValueView runId={runId} value={row.output} />;
}

const NOTHING: Record<TimelineRow["status"], string> = {
  running: "Working. What it says will appear here.",
  waiting: "Nothing yet: it waits.",
  unknown: "",
  done: "It gave no result.",
  failed: "It failed before it gave a result.",
  stopped: "It was stopped before it gave a result.",
};

function Decision({ row }: { row: TimelineRow }) {
  if (row.kind === "gate") {
    const reason = asText(asData(row.output)["reason"]);
    return reason === "" ? null : <p className="text-ink-2">{reason}</p>;
  }
  if (row.reason === null && row.note === null && row.outcome === null) return null;
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
      {row.reason !== null && (
        <Line name={row.status === "unknown" ? "Why" : "Asked"}>{row.reason}</Line>
      )}
      {row.outcome !== null && <Line name="Answer">{row.outcome}</Line>}
      {row.by !== null && <Line name="By">{row.by}</Line>}
      {row.note !== null && <Line name="Note">{row.note}</Line>}
    </dl>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

/** A model's answer: its words, the tools it called, its reasoning folded. */
function Reply({ output }: { output: unknown }) {
  const reply = asData(output);
  const message = asData(reply["message"]);
  const text = asText(message["text"]);
  const reasoning = asText(message["reasoning"]);
  const calls = asList(message["calls"]).map(asData);
  if (text === "" && calls.length === 0 && reasoning === "") return <JsonView value={output} />;
  return (
    <>
      {reasoning !== "" && <Reasoning text={reasoning} />}
      {text !== "" && <TextView text={text} />}
      {calls.map((call, at) => (
        <Call key={at} name={asText(call["name"])} text={asText(call["arguments"])} />
      ))}
      {reply["stop"] === "length" && (
        <p className="text-warn">The answer was cut at the model's limit of tokens.</p>
      )}
    </>
  );
}

function Reasoning({ text }: { text: string }) {
  return (
    <details className="text-ink-2">
      <summary className="w-fit text-12 text-ink-3">Reasoning</summary>
      <p className="mt-1 border-l-2 border-line pl-3 break-words whitespace-pre-wrap">{text}</p>
    </details>
  );
}

function Call({ name, text }: { name: string; text: string }) {
  return <CodeBlock title={`calls ${name}`} language="json" code={pretty(text)} />;
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function Live({ live }: { live: LiveText }) {
  return (
    <>
      {live.reasoning !== "" && live.text === "" && (
        <p className="border-l-2 border-line pl-3 break-words whitespace-pre-wrap text-ink-2">
          {live.reasoning}
        </p>
      )}
      {live.text !== "" && <p className="break-words whitespace-pre-wrap">{live.text}</p>}
      {live.calls.map((call, at) => (
        <CodeBlock key={at} title={`calls ${call.name}`} language="" code={call.arguments} />
      ))}
      {live.progress !== null && (
        <div>
          <p className="text-ink-2">{live.progress.text}</p>
          {live.progress.fraction !== null && (
            <progress className="mt-1 h-1 w-full accent-accent" value={live.progress.fraction} />
          )}
        </div>
      )}
      {live.output !== "" && <CodeBlock title="output so far" code={live.output} maxHeight={400} />}
      {live.text === "" &&
        live.reasoning === "" &&
        live.output === "" &&
        live.calls.length === 0 && <p className="pulse-live text-ink-3">Working</p>}
    </>
  );
}
