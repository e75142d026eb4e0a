import { readArguments } from "@/features/approvals/call";
import { CallView } from "@/features/approvals/call_view";
import { count } from "@/lib/format";
import { DiffLines, DiffView } from "./diff_view";
import { asData, asList, asText } from "./json";
import { JsonView } from "./json_view";
import { readUnifiedDiff } from "./line_diff";
import { TextView } from "./text_view";
import type { TimelineRow } from "./timeline";
import { ValueView } from "./value_view";
import { readEdit } from "./values";

/** What went into a step. */
export function StepInput({ runId, row }: { runId: string; row: TimelineRow }) {
  return (
    <div className="flex flex-col gap-3 p-4">
      <Input runId={runId} row={row} />
    </div>
  );
}

function Input({ runId, row }: { runId: string; row: TimelineRow }) {
  const input = asData(row.input);
  if (row.input === null || row.input === undefined) {
    return <p className="text-ink-3">This step was given nothing.</p>;
  }
  if (row.kind === "model") return <Request input={input} />;
  if (row.kind !== "tool") return <ValueView runId={runId} value={row.input} />;
  const edit = readEdit(input);
  if (edit !== null) return <DiffView before={edit.before} after={edit.after} label={edit.path} />;
  const patch = readUnifiedDiff(asText(input["patch"]) || asText(input["diff"]));
  if (patch !== null) return <DiffLines lines={patch} label={asText(input["path"]) || "patch"} />;
  return <CallView items={readArguments(row.name, input)} />;
}

/** A model's request: the messages that are new in this turn, then what else it was given. */
function Request({ input }: { input: Record<string, unknown> }) {
  const { new: fresh, messages, ...rest } = input;
  const shown = asList(fresh ?? messages).map(asData);
  if (shown.length === 0) return <JsonView value={input} />;
  const total = typeof messages === "number" ? messages : shown.length;
  return (
    <>
      {total > shown.length && (
        <p className="text-12 text-ink-3">
          New in this turn, after {count(total - shown.length, "message")} that came before.
        </p>
      )}
      {shown.map((message, at) => (
        <article key={at} className="border-l-2 border-line pl-3">
          <h3 className="mb-1 text-12 font-medium text-ink-3">
            {ROLES[asText(message["role"])] ?? "Message"}
          </h3>
          <TextView text={wordsOf(message)} />
        </article>
      ))}
      <JsonView value={rest} depth={1} />
    </>
  );
}

const ROLES: Record<string, string> = {
  system: "Instructions",
  user: "Person",
  assistant: "Agent",
  tool: "Tool",
};

function wordsOf(message: Record<string, unknown>): string {
  const text = asText(message["text"]);
  const parts = asList(message["parts"]).map((part) => asText(asData(part)["text"]));
  const calls = asList(message["calls"]).map((call) => {
    const { name, arguments: args } = asData(call);
    return `calls \`${asText(name)}\` with \`${asText(args)}\``;
  });
  return [text, ...parts, ...calls].filter((part) => part !== "").join("\n\n");
}
