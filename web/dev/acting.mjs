// What an agent of the fixtures does with a message: looks, queries, draws and talks, at a human pace.
import { append, fileRef, now, SQL, spoken, TABLE } from "./data.mjs";
import { tell } from "./streams.mjs";
import { ANALYSIS, LONG } from "./texts.mjs";

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export async function act(run, conversation) {
  await sleep(200);
  change(run, conversation, { status: "running" });
  journal(run, "run.started", null, { input: run.input });
  if (/long/.test(run.input.text))
    return finish(run, conversation, await talk(run, "model/1", LONG, 1), []);
  if (/fail/.test(run.input.text)) return fail(run, conversation);
  await talk(run, "model/1", "I'll query the data and draw it.", 12);
  await tool(run, "tool/1.0", "list_files", { path: "." }, "orders.csv", 150);
  await tool(run, "tool/2.0", "sql", SQL, TABLE, 900);
  const chart = fileRef("revenue-by-region.svg", "image/svg+xml", 6120, "Total revenue by region");
  await tool(
    run,
    "tool/3.0",
    "chart",
    { title: "Total revenue by region", query: SQL.query },
    "Saved",
    1400,
    [chart],
  );
  const text = /explain/.test(run.input.text)
    ? ANALYSIS
    : `EMEA brings in the most, **43 %** of the total.\n\n${TABLE}`;
  finish(run, conversation, await talk(run, "model/4", text, 12), [chart]);
}

function change(run, conversation, changes) {
  if (run.status === "cancelled") return;
  Object.assign(run, changes, { updated_at: now() });
  if (conversation) conversation.last_status = run.status;
  const { input, output, definition, snapshot, ...summary } = run;
  tell(run, "run", summary);
}

function journal(run, type, key, data) {
  if (run.status !== "cancelled") tell(run, "journal", append(run, type, key, data));
}

const live = (run, frame) =>
  run.status !== "cancelled" && tell(run, "live", { run_id: run.id, ...frame });

async function talk(run, key, text, pace) {
  live(run, {
    key,
    type: "step.started",
    kind: "model",
    name: "default",
    input: {},
    started_at: now(),
  });
  await sleep(400);
  for (let at = 0; at < text.length && run.status === "running"; at += 5) {
    live(run, { key, type: "text.delta", text: text.slice(at, at + 5) });
    run.snapshot = { key, text: text.slice(0, at + 5), reasoning: "" };
    if (at % 20 === 0) await sleep(pace);
  }
  run.snapshot = undefined;
  journal(run, "step.finished", key, {
    kind: "model",
    name: "default",
    output: spoken(text),
    started_at: now(),
  });
  return text;
}

async function tool(run, key, name, input, text, milliseconds, files = []) {
  const started_at = now();
  live(run, { key, type: "step.started", kind: "tool", name, input, started_at });
  await sleep(milliseconds / 2);
  live(run, { key, type: "output.delta", text: "working on it\n" });
  await sleep(milliseconds / 2);
  journal(run, "step.finished", key, {
    kind: "tool",
    name,
    input,
    output: { text, files, is_error: false },
    started_at,
  });
}

function finish(run, conversation, text, files) {
  if (run.status === "cancelled") return;
  run.output = { text, files };
  journal(run, "run.finished", null, { output: run.output });
  change(run, conversation, {
    status: "done",
    ended_at: now(),
    input_tokens: 1200,
    output_tokens: 300,
    cost_usd: "0.0021",
  });
}

async function fail(run, conversation) {
  const error = {
    code: "tool_failed",
    detail:
      "http_get could not reach the host. Nothing was changed. Check the address, then try again.",
  };
  journal(run, "step.failed", "tool/1.0", {
    kind: "tool",
    name: "http_get",
    input: { url: "https://x.example" },
    error,
    started_at: now(),
  });
  journal(run, "run.failed", null, { error });
  change(run, conversation, { status: "failed", error, ended_at: now() });
}
