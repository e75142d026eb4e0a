// What the made-up world begins with: an answer with a chart, a failure, a question to a person.
import {
  append,
  approvals,
  fileRef,
  newConversation,
  newId,
  newRun,
  SQL,
  spoken,
  start,
  TABLE,
} from "./data.mjs";
import { ANALYSIS, REPORT } from "./texts.mjs";

function finished(run, at, seconds, text, { refs = [], status = "done", error = null } = {}) {
  run.status = status;
  run.ended_at = at + seconds;
  run.updated_at = at + seconds;
  run.error = error;
  if (status === "done") {
    run.output = { text, files: refs };
    append(run, "run.finished", null, { output: run.output }, at + seconds);
  } else
    append(
      run,
      status === "failed" ? "run.failed" : "run.cancelled",
      null,
      { error, reason: "stopped" },
      at + seconds,
    );
  run.updated_at = at + seconds;
}

function tool(run, key, name, input, text, at, seconds, refs = []) {
  append(
    run,
    "step.finished",
    key,
    { kind: "tool", name, input, output: { text, files: refs, is_error: false }, started_at: at },
    at + seconds,
  );
}

const chart = fileRef("revenue-by-region.svg", "image/svg+xml", 6120, "Total revenue by region");

function seedChart() {
  const at = start - 5400;
  const conversation = newConversation("", "assistant", at);
  const run = newRun(
    conversation,
    "total revenue by region in orders.csv as a bar chart",
    ["orders.csv"],
    { at },
  );
  append(run, "run.started", null, { input: run.input }, at);
  append(
    run,
    "step.finished",
    "model/1",
    { kind: "model", name: "default", output: spoken(""), started_at: at },
    at + 0.1,
  );
  tool(run, "tool/1.0", "list_files", { path: "." }, "orders.csv  191 kB", at + 0.1, 0.02);
  tool(run, "tool/2.0", "sql", SQL, TABLE, at + 0.2, 0.21);
  tool(
    run,
    "tool/3.0",
    "chart",
    { title: "Total revenue by region", mark: "bar", query: SQL.query },
    "Saved revenue-by-region.svg",
    at + 0.5,
    0.7,
    [chart],
  );
  finished(run, at, 1.4, `EMEA brings in the most, **43 %** of the total.\n\n${TABLE}`, {
    refs: [chart, { ...chart, path: "revenue-by-region.png", media_type: "image/png" }],
  });
  conversation.last_status = "done";
  const next = newRun(
    conversation,
    "explain how you would model the growth, with formulas and some code",
    [],
    { at: at + 300 },
  );
  next.cost_usd = "0.0042";
  next.input_tokens = 1840;
  next.output_tokens = 912;
  append(next, "run.started", null, { input: next.input }, at + 300);
  finished(next, at + 300, 12.2, ANALYSIS);
}

function seedFailed() {
  const at = start - 90_000;
  const conversation = newConversation("", "researcher", at);
  const run = newRun(conversation, "fetch the exchange rates and convert the totals", [], { at });
  append(run, "run.started", null, { input: run.input }, at);
  append(
    run,
    "step.failed",
    "tool/1.0",
    {
      kind: "tool",
      name: "http_get",
      input: { url: "https://rates.example.org/latest" },
      error: { code: "host_unreachable", detail: "rates.example.org can't be reached" },
      started_at: at,
    },
    at + 3,
  );
  finished(run, at, 3.2, "", {
    status: "failed",
    error: {
      code: "host_unreachable",
      detail:
        "rates.example.org could not be reached after 3 tries. Nothing was changed. Check the address or the network, then try again from this step.",
    },
  });
  conversation.last_status = "failed";
}

function seedWaiting() {
  const at = start - 240;
  const conversation = newConversation("", "assistant", at);
  const run = newRun(
    conversation,
    "run the tests in the project and fix what fails",
    ["invoicing.zip"],
    { at },
  );
  append(run, "run.started", null, { input: run.input }, at);
  append(
    run,
    "step.finished",
    "model/1",
    {
      kind: "model",
      name: "default",
      output: spoken("I'll look at the project first, then run its tests."),
      started_at: at,
    },
    at + 0.8,
  );
  tool(
    run,
    "tool/1.0",
    "list_files",
    { path: "invoicing" },
    "Makefile\nREADME.md\ninvoicing/\ntests/",
    at + 1,
    0.03,
  );
  tool(
    run,
    "tool/1.1",
    "read_file",
    { path: "Makefile" },
    "test:\n\tpython -m pytest -q",
    at + 1,
    0.02,
  );
  const approval = {
    id: newId("appr"),
    run_id: run.id,
    agent: "assistant",
    tool: "shell",
    arguments: {
      command: "python -m pytest -q --maxfail=5\ngit status --short",
      timeout_seconds: 120,
    },
    call_hash: "sha256:1f",
    reason: "The shell can change files, so a person decides.",
    status: "pending",
    requested_at: at + 2,
    expires_at: start + 3000,
    decided_by: null,
    decided_at: null,
    note: null,
  };
  approvals.push(approval);
  append(
    run,
    "wait.started",
    "gate/2.0",
    { name: `approval:${approval.id}`, reason: "approval of shell" },
    at + 2,
  );
  run.status = "waiting";
  run.waiting_for = "approval of shell";
  conversation.last_status = "waiting";
}

export function seed() {
  const titles = [
    "Weekly support summary",
    "Which suppliers were late in October?",
    "Clean up the inventory sheet",
    "Draft the release notes",
    "Find duplicates in customers.csv",
    "Why did checkout errors go up?",
  ];
  for (const [index, title] of titles.entries()) {
    const at = start - 86_400 * (index + 2) * 2.3;
    const conversation = newConversation(title, index % 2 ? "researcher" : "assistant", at);
    const run = newRun(conversation, title, [], { at });
    append(run, "run.started", null, { input: run.input }, at);
    finished(run, at, 4 + index, REPORT);
    conversation.last_status = "done";
  }
  seedFailed();
  seedChart();
  seedWaiting();
}
