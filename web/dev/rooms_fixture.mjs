// Runs of every shape, agents, rules and keys: what the fixtures of the chat do not need.
import { append, approvals, fileRef, files, journals, newRun, now, runs } from "./data.mjs";

const YAML = `name: analyst
description: Answers questions about data files with numbers, tables and charts.
instructions: |
  You answer questions about the files of this conversation.
  Look at the columns first. Say which file a number comes from.
model: default
tools:
  - list_files
  - sql
  - chart
limits:
  steps: 20
  cost_usd: "0.50"
`;
const versions = new Map([
  ["analyst", [YAML.replace("steps: 20", "steps: 12").replace("  - chart\n", ""), YAML]],
  ["assistant", [YAML.replace("analyst", "assistant")]],
]);
const state = {
  rules: [
    {
      tool: "shell",
      arguments: { command: "rm *" },
      effect: "deny",
      reason: "Nothing is deleted by agents.",
    },
    { tool: "http_get", arguments: {}, effect: "ask", reason: "A person looks at each address." },
  ],
  keys: [
    {
      id: "key_1",
      name: "nightly import",
      prefix: "ck_5f0397",
      created_at: now() - 90_000,
      last_used_at: now() - 4000,
    },
  ],
  providers: [
    {
      name: "env",
      base_url: "https://api.openai.com/v1",
      models: ["gpt-4.1-mini"],
      prices: {},
      has_key: true,
      source: "environment",
    },
    {
      name: "local",
      base_url: "http://127.0.0.1:11434/v1",
      models: ["qwen3:8b", "gemma3:4b"],
      prices: { "qwen3:8b": { input: "0", output: "0" } },
      has_key: false,
      source: "stored",
    },
  ],
};

const usage = (input_tokens, output_tokens) => ({
  input_tokens,
  output_tokens,
  cached_tokens: 0,
  reasoning_tokens: 0,
  cost_usd: null,
});
const reply = (text, calls = []) => ({
  message: {
    role: "assistant",
    text,
    reasoning: "",
    calls: calls.map(([name, args], i) => ({ id: `c${i}`, name, arguments: JSON.stringify(args) })),
  },
  usage: usage(900, 60),
  stop: calls.length ? "tool_calls" : "end",
  model: "openai:gpt-4.1-mini",
});

function model(run, key, from, seconds, output, cost) {
  const at = run.created_at + from;
  run.input_tokens += 900;
  run.output_tokens += 60;
  const input = {
    model: "default",
    messages: 2,
    new: [{ role: "user", parts: [{ type: "text", text: run.title }] }],
    tools: ["sql", "shell"],
  };
  append(
    run,
    "step.finished",
    key,
    {
      kind: "model",
      name: "default",
      input,
      output,
      usage: usage(900, 60),
      cost_usd: cost,
      started_at: at,
    },
    at + seconds,
  );
}

function tool(run, key, name, from, seconds, input, output) {
  const at = run.created_at + from;
  append(
    run,
    "step.finished",
    key.replace("tool", "gate"),
    {
      kind: "gate",
      name,
      input: { arguments: JSON.stringify(input) },
      output: { effect: "allow", reason: `${name} only reads.` },
      started_at: at - 0.004,
    },
    at,
  );
  append(
    run,
    "step.finished",
    key,
    {
      kind: "tool",
      name,
      input,
      output: { files: [], data: null, is_error: false, ...output },
      started_at: at,
    },
    at + seconds,
  );
}

function begin(title, ago, options = {}) {
  const run = newRun(null, title, ["orders.csv"], { at: now() - ago, ...options });
  run.definition = {
    name: "assistant",
    model: "openai:gpt-4.1-mini",
    instructions: "You are a careful assistant.",
    tools: ["sql"],
  };
  append(
    run,
    "run.started",
    null,
    { kind: "agent", agent: run.agent, title, input: run.input, origin: run.origin ?? undefined },
    run.created_at,
  );
  return run;
}

function end(run, after, status, extra = {}) {
  const at = run.created_at + after;
  append(
    run,
    { done: "run.finished", failed: "run.failed", cancelled: "run.cancelled" }[status],
    null,
    extra,
    at,
  );
  Object.assign(run, {
    status,
    ended_at: at,
    updated_at: at,
    output: extra.output ?? null,
    error: extra.error ?? null,
  });
}

const table = {
  columns: [{ name: "region" }, { name: "orders" }, { name: "revenue" }],
  rows: [
    ["EMEA", 812, 215378.58],
    ["North America", 744, 195521.2],
    ["APAC", 503, 133242.63],
    ["LATAM", 344, 92667.06],
  ],
};
const chart = fileRef("revenue-by-region.svg", "image/svg+xml", 6120, "Total revenue by region");
const QUERY =
  "SELECT region, count(*) AS orders, sum(revenue) AS revenue\nFROM orders\nGROUP BY region\nORDER BY revenue DESC";

function parallel() {
  const run = begin("Compare revenue and stock across regions, then chart it", 3600);
  model(
    run,
    "model/1",
    0.05,
    1.8,
    reply("", [
      ["sql", { query: QUERY }],
      ["read_file", { path: "stock.csv" }],
      ["search_files", { pattern: "supplier" }],
    ]),
    "0.0021",
  );
  tool(
    run,
    "tool/1.0",
    "sql",
    1.9,
    1.3,
    { query: QUERY, limit: 200 },
    { text: "| region | orders |", data: table },
  );
  tool(
    run,
    "tool/1.1",
    "read_file",
    1.9,
    0.4,
    { path: "stock.csv" },
    { text: "sku,stock\nA-1,12\nA-2,0\n" },
  );
  tool(
    run,
    "tool/1.2",
    "search_files",
    1.9,
    2.6,
    { pattern: "supplier" },
    { text: "suppliers.csv:1: supplier,lead_time" },
  );
  model(
    run,
    "model/2",
    4.6,
    2.2,
    reply("Now I draw it.", [
      ["chart", { mark: "bar" }],
      ["patch_file", { path: "notes.md" }],
    ]),
    "0.0034",
  );
  tool(
    run,
    "tool/2.0",
    "chart",
    6.9,
    1.7,
    { query: QUERY, mark: "bar", x: "region", y: "revenue", title: "Total revenue by region" },
    { text: "Drew 'Total revenue by region' as revenue-by-region.svg", files: [chart] },
  );
  tool(
    run,
    "tool/2.1",
    "patch_file",
    6.9,
    0.1,
    {
      path: "notes.md",
      search: "EMEA leads.",
      replace: "EMEA leads with 34 %.\nLATAM is smallest.",
    },
    {
      text: "Changed notes.md:\n@@ -3,3 +3,4 @@\n # Findings\n-EMEA leads.\n+EMEA leads with 34 %.\n+LATAM is smallest.\n ",
    },
  );
  model(
    run,
    "model/3",
    8.7,
    3.1,
    reply(
      "**EMEA** brings in the most, **34 %** of the total.\n\n| region | revenue |\n|---|--:|\n| EMEA | 215,378.58 |\n| LATAM | 92,667.06 |",
    ),
    "0.0071",
  );
  end(run, 11.9, "done", {
    output: { text: "**EMEA** brings in the most, **34 %** of the total.", files: [chart] },
  });
  Object.assign(run, { cost_usd: "0.0126", steps: 8 });
  return run;
}

function overnight() {
  const run = begin("Send the monthly statement to all suppliers", 52_000);
  model(run, "model/1", 0.1, 2.4, reply("", [["sql", { query: QUERY }]]), "0.0018");
  tool(run, "tool/1.0", "sql", 2.6, 0.9, { query: QUERY }, { text: "ok", data: table });
  model(
    run,
    "model/2",
    3.6,
    3.4,
    reply("I'll send it.", [["shell", { command: "make send" }]]),
    "0.0029",
  );
  const name = "approval:appr_old";
  const asked = run.created_at + 7.1;
  const call = {
    arguments: { command: "make send PERIOD=2026-10\necho done" },
    call_hash: "sha256:9",
    reason: "shell is dangerous, so a person is asked.",
  };
  append(
    run,
    "step.finished",
    "approval/2.0/request",
    {
      kind: "approval",
      name: "shell",
      input: call,
      output: { approval_id: "appr_old", run_id: run.id },
      started_at: asked,
    },
    asked,
  );
  append(
    run,
    "wait.started",
    "approval/2.0/wait",
    { name, reason: "A person has to approve shell.", until: asked + 86_400 },
    asked,
  );
  append(run, "signal.received", "appr_old", { name, data: {}, by: "ana" }, asked + 41_000);
  append(
    run,
    "wait.finished",
    "approval/2.0/wait",
    { name, signal: { key: "appr_old", data: {} } },
    asked + 41_000,
  );
  append(
    run,
    "step.finished",
    "approval/2.0/verdict",
    {
      kind: "approval",
      name: "shell",
      input: {},
      output: { status: "approved", decided_by: "ana", note: "checked the totals" },
      started_at: asked + 41_000,
    },
    asked + 41_000,
  );
  tool(
    run,
    "tool/2.0",
    "shell",
    41_007.3,
    6.2,
    { command: "make send PERIOD=2026-10\necho done" },
    { text: "sent 41 statements\ndone" },
  );
  model(run, "model/3", 41_013.7, 2, reply("41 statements are sent."), "0.0033");
  end(run, 41_015.8, "done", { output: { text: "41 statements are sent.", files: [] } });
  Object.assign(run, { cost_usd: null, steps: 7 });
}

function failing() {
  const run = begin("Post the closing entry to the ledger", 7200);
  model(
    run,
    "model/1",
    0.1,
    1.8,
    reply("", [["http_get", { url: "https://ledger.example.org" }]]),
    "0.0017",
  );
  tool(
    run,
    "tool/1.0",
    "http_get",
    2,
    1.2,
    { url: "https://ledger.example.org/periods/2026-10" },
    { text: "HTTP 409: the period is closed", is_error: true },
  );
  model(
    run,
    "model/2",
    3.3,
    2.1,
    reply("I try again.", [["http_get", { url: "https://ledger.example.org" }]]),
    "0.0019",
  );
  const at = run.created_at + 5.5;
  append(
    run,
    "step.failed",
    "tool/2.0",
    {
      kind: "tool",
      name: "http_get",
      input: { url: "https://ledger.example.org/entries" },
      error: {
        code: "host_unreachable",
        detail: "ledger.example.org could not be reached after 3 tries. Nothing was written.",
      },
      started_at: at,
    },
    at + 4.4,
  );
  end(run, 10, "failed", {
    error: {
      code: "host_unreachable",
      detail:
        "ledger.example.org could not be reached after 3 tries. Nothing was written. Check the network, then fork from this step.",
    },
  });
  Object.assign(run, { cost_usd: "0.0036", steps: 4 });
}

function unknown() {
  const run = begin("Order 40 boxes of A-2 from the usual supplier", 900);
  model(
    run,
    "model/1",
    0.1,
    2.8,
    reply("", [["place_order", { sku: "A-2", boxes: 40 }]]),
    "0.0022",
  );
  const started = {
    kind: "tool",
    name: "place_order",
    input: { sku: "A-2", boxes: 40, supplier: "Nordwind" },
    safety: "unsafe",
  };
  append(run, "step.started", "tool/1.0", started, run.created_at + 3);
  append(
    run,
    "step.unknown",
    "tool/1.0",
    {
      ...started,
      reason: "cadre was stopped while it acted, and nothing says whether the order went out.",
    },
    run.created_at + 9,
  );
  Object.assign(run, {
    status: "waiting",
    waiting_for: "A person has to say whether place_order happened.",
    cost_usd: "0.0022",
    steps: 1,
  });
}

function working(parent) {
  const child = begin("Research lead times", 20);
  child.parent_id = parent.id;
  child.status = "running";
  const run = begin("Plan the restock for December", 26);
  model(run, "model/1", 0.1, 4.2, reply("", [["sql", { query: QUERY }]]), "0.0024");
  append(
    run,
    "step.started",
    "tool/1.0",
    { kind: "tool", name: "sql", input: { query: QUERY }, safety: "idempotent" },
    run.created_at + 4.4,
  );
  append(
    run,
    "step.started",
    "tool/1.0",
    { kind: "tool", name: "sql", input: { query: QUERY }, safety: "idempotent" },
    run.created_at + 8,
  );
  append(
    run,
    "step.finished",
    "tool/1.0",
    {
      kind: "tool",
      name: "sql",
      input: { query: QUERY },
      output: { text: "ok", data: table, files: [] },
      started_at: run.created_at + 8,
    },
    run.created_at + 9,
  );
  append(
    run,
    "child.started",
    "research",
    { run_id: child.id, title: "Research lead times" },
    run.created_at + 9.2,
  );
  append(
    run,
    "step.started",
    "tool/2.0",
    {
      kind: "tool",
      name: "python",
      input: {
        code: "import time\nfor week in range(52):\n    print(week, forecast(week))\n    time.sleep(1)\n",
      },
      safety: "idempotent",
    },
    run.created_at + 9.2,
  );
  append(run, "sleep.started", "pause", { until: now() + 600 }, run.created_at + 9.2);
  Object.assign(run, { status: "running", cost_usd: "0.0024", steps: 2 });
}

function forked(origin) {
  const run = begin(origin.title, 1800, { origin: { type: "fork", run_id: origin.id, seq: 7 } });
  const past = journals
    .get(origin.id)
    .slice(1, 8)
    .map((event) => ({ ...event, run_id: run.id }));
  journals.get(run.id).push(...past);
  model(
    run,
    "model/2",
    0.1,
    1.1,
    reply("I draw it as a line.", [["chart", { mark: "line" }]]),
    "0.0030",
  );
  tool(
    run,
    "tool/2.0",
    "chart",
    1.3,
    0.9,
    { query: QUERY, mark: "line", x: "region", y: "revenue", title: "Total revenue by region" },
    { text: "Drew 'Total revenue by region' as revenue-by-region.svg", files: [chart] },
  );
  model(run, "model/3", 2.4, 1.4, reply("**EMEA** leads, as a line now."), "0.0044");
  end(run, 3.9, "done", { output: { text: "**EMEA** leads, as a line now.", files: [chart] } });
  Object.assign(run, { cost_usd: "0.0095", steps: 7 });
}

function many() {
  const run = begin("Check each of the 300 invoices", 20_000);
  for (let n = 1; n <= 150; n++) {
    model(
      run,
      `model/${n}`,
      n * 2,
      1.1,
      reply("", [["read_file", { path: `invoices/${n}.json` }]]),
      "0.0004",
    );
    tool(
      run,
      `tool/${n}.0`,
      "read_file",
      n * 2 + 1.2,
      0.3,
      { path: `invoices/${n}.json` },
      { text: `{"total": ${n}}` },
    );
  }
  end(run, 303, "done", { output: { text: "All 300 add up.", files: [] } });
  Object.assign(run, { cost_usd: "0.06", steps: 300 });
}

function seed() {
  const first = parallel();
  overnight();
  failing();
  unknown();
  working(first);
  forked(first);
  many();
  for (let n = 0; n < 60; n++) {
    const run = begin(
      [
        "Nightly invoice triage",
        "Support reply draft",
        "Contract clause check",
        "Release notes writer",
      ][n % 4],
      90_000 + n * 3000,
    );
    model(run, "model/1", 0.1, 1 + (n % 5), reply("Done."), "0.0012");
    end(run, 3 + (n % 9), n % 7 === 3 ? "cancelled" : "done", {
      output: { text: "Done.", files: [] },
    });
    run.cost_usd = n % 3 ? "0.0012" : null;
  }
  approvals.push(
    {
      id: "appr_2",
      run_id: first.id,
      agent: "assistant",
      tool: "python",
      arguments: {
        code: "import pandas as pd\n\norders = pd.read_csv('orders.csv')\norders['month'] = orders.order_date.str[:7]\nprint(orders.groupby('month').revenue.sum())\n",
        timeout_seconds: 60,
      },
      call_hash: "sha256:2a",
      reason: "python is dangerous, so a person is asked.",
      status: "pending",
      requested_at: now() - 40,
      expires_at: now() + 200,
      decided_by: null,
      decided_at: null,
      note: null,
    },
    {
      id: "appr_3",
      run_id: first.id,
      agent: "analyst",
      tool: "http_get",
      arguments: { url: "https://rates.example.org/latest?base=EUR" },
      call_hash: "sha256:3a",
      reason: "A person looks at each address.",
      status: "pending",
      requested_at: now() - 400,
      expires_at: now() + 80_000,
      decided_by: null,
      decided_at: null,
      note: null,
    },
    {
      id: "appr_4",
      run_id: first.id,
      agent: "assistant",
      tool: "shell",
      arguments: { command: "rm -rf build" },
      call_hash: "sha256:4a",
      reason: "shell is dangerous, so a person is asked.",
      status: "denied",
      requested_at: now() - 9000,
      expires_at: now() - 100,
      decided_by: "Owner",
      decided_at: now() - 8800,
      note: "not on a Friday",
    },
    {
      id: "appr_5",
      run_id: first.id,
      agent: "assistant",
      tool: "shell",
      arguments: { command: "make test" },
      call_hash: "sha256:5a",
      reason: "shell is dangerous, so a person is asked.",
      status: "approved",
      requested_at: now() - 19_000,
      expires_at: now() - 100,
      decided_by: "Owner",
      decided_at: now() - 18_800,
      note: null,
    },
  );
}

const page = (items) => ({ items, next: null });
const agentOf = (name, version) => {
  const all = versions.get(name);
  const at = version ? Number(version) : all.length;
  return {
    name,
    description: "Answers questions about data files.",
    version: at,
    model: "default",
    tools: ["list_files", "sql", "chart"],
    updated_at: now(),
    builtin: name === "assistant",
    yaml: all[at - 1],
    digest: `sha256:${at}`,
  };
};
const TOOLS = ["list_files", "read_file", "sql", "chart", "python", "shell", "http_get"].map(
  (name) => ({
    name,
    description: `${name} of the workspace. It does what it says.`,
    parameters:
      name === "python"
        ? {
            type: "object",
            required: ["code"],
            properties: {
              code: { type: "string", description: "What to run." },
              timeout_seconds: { type: "integer" },
            },
          }
        : {},
    read_only: ["list_files", "read_file", "sql"].includes(name),
    idempotent: true,
    dangerous: ["shell", "python"].includes(name),
    available: name !== "http_get",
    why_not: name === "http_get" ? "No network is allowed." : null,
  }),
);

const ROUTES = [
  ["GET", "/agents", () => page([...versions.keys()].map((name) => agentOf(name)))],
  [
    "POST",
    "/agents/check",
    ({ body }) =>
      /effect: maybe/.test(body.yaml)
        ? {
            status: 422,
            code: "bad_definition",
            detail: "`rules[0].effect`: has to be allow, ask or deny.",
            field: "rules[0].effect",
          }
        : {},
  ],
  ["GET", "/agents/([^/]+)", ({ ids, query }) => agentOf(ids[0], query.get("version"))],
  [
    "GET",
    "/agents/([^/]+)/versions",
    ({ ids }) =>
      page(
        (versions.get(ids[0]) ?? [])
          .map((_, at) => ({
            version: at + 1,
            digest: "",
            created_at: now() - 4000 / (at + 1),
            created_by: "Owner",
          }))
          .reverse(),
      ),
  ],
  [
    "PUT",
    "/agents/([^/]+)",
    ({ ids, body }) => {
      if (/steps: many/.test(body.yaml))
        return {
          status: 422,
          code: "bad_definition",
          detail: "`limits.steps`: input should be a valid integer.",
          field: "limits.steps",
        };
      versions.set(ids[0], [...(versions.get(ids[0]) ?? []), body.yaml]);
      return agentOf(ids[0]);
    },
  ],
  ["GET", "/tools", () => page(TOOLS)],
  [
    "GET",
    "/models",
    () => ({
      items: [
        { name: "offline", provider: "offline", default: true },
        { name: "local:qwen3:8b", provider: "local", default: false },
      ],
      default: "offline",
    }),
  ],
  ["GET", "/providers", () => page(state.providers)],
  [
    "PUT",
    "/providers/([^/]+)",
    ({ ids, body }) => {
      const { key, ...rest } = body;
      const saved = { name: ids[0], source: "stored", has_key: Boolean(key), ...rest };
      state.providers = [...state.providers.filter(({ name }) => name !== ids[0]), saved];
      return saved;
    },
  ],
  [
    "POST",
    "/providers/([^/]+)/test",
    ({ ids }) =>
      ids[0] === "local"
        ? {
            ok: false,
            models: [],
            code: "unreachable",
            detail: "http://127.0.0.1:11434/v1 did not answer. Is the server running?",
            seconds: 0.8,
          }
        : {
            ok: true,
            models: ["gpt-4.1", "gpt-4.1-mini", "o4-mini"],
            code: null,
            detail: "It answers, and the key is right.",
            seconds: 0.31,
          },
  ],
  ["GET", "/keys", () => page(state.keys)],
  [
    "POST",
    "/keys",
    ({ body }) => {
      const key = {
        id: `key_${state.keys.length + 1}`,
        name: body.name,
        prefix: "ck_new",
        created_at: now(),
        last_used_at: null,
      };
      state.keys = [key, ...state.keys];
      return {
        ...key,
        key: "ck_new_012313dc77e07339838f3bd179ceb7e6442cc040e3b9edec0d91b36a96cdab8f",
      };
    },
  ],
  [
    "DELETE",
    "/keys/([^/]+)",
    ({ ids }) => ({
      gone: state.keys.splice(
        state.keys.findIndex(({ id }) => id === ids[0]),
        1,
      ).length,
    }),
  ],
  ["GET", "/gate/rules", () => ({ rules: state.rules })],
  ["PUT", "/gate/rules", ({ body }) => Object.assign(state, body)],
  [
    "POST",
    "/gate/explain",
    () => ({
      effect: "deny",
      reason: "Nothing is deleted by agents.",
      source: "org",
      rule: state.rules[0],
    }),
  ],
  ["GET", "/approvals/([^/]+)", ({ ids }) => approvals.find(({ id }) => id === ids[0])],
  [
    "GET",
    "/approvals",
    ({ query }) => page(approvals.filter(({ status }) => query.getAll("status").includes(status))),
  ],
  [
    "GET",
    "/runs/([^/]+)/files/(.+)",
    ({ ids, response }) => {
      const [type, text] = files.get(ids[1]) ?? ["text/plain", ""];
      response.setHeader("Content-Type", type);
      response.end(text);
    },
  ],
  ["GET", "/runs/([^/]+)/files", () => page([chart])],
  [
    "POST",
    "/runs/([^/]+)/resolve",
    ({ ids, body }) => {
      append(runs.get(ids[0]), "step.resolved", body.key, {
        outcome: body.outcome,
        by: "Owner",
        output: body.output,
      });
      return Object.assign(runs.get(ids[0]), { status: "running", waiting_for: null });
    },
  ],
];

/** Answers first; what it does not know goes on to the fixtures of the chat. */
export function rooms() {
  return {
    name: "cadre-rooms-fixtures",
    configureServer(server) {
      seed();
      server.middlewares.use("/api/v1", async (request, response, next) => {
        const url = new URL(request.url, "http://dev");
        for (const [method, pattern, handler] of ROUTES) {
          const match = new RegExp(`^${pattern}$`).exec(url.pathname);
          if (request.method !== method || !match) continue;
          let text = "";
          for await (const part of request) text += part;
          const result = handler({
            ids: match.slice(1).map(decodeURIComponent),
            query: url.searchParams,
            body: JSON.parse(text || "{}"),
            response,
          });
          if (result === undefined) return;
          response.statusCode = result.status >= 400 ? result.status : 200;
          response.setHeader(
            "Content-Type",
            response.statusCode === 200 ? "application/json" : "application/problem+json",
          );
          return response.end(JSON.stringify(result));
        }
        next();
      });
    },
  };
}
