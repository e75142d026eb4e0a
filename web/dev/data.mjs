// A small world to look at while there is no server: conversations, their runs and journals.
import { CHART_SVG } from "./texts.mjs";

export const now = () => Date.now() / 1000;
export const start = now();

let counter = 0;
export const newId = (prefix) =>
  `${prefix}_${(1000 + counter++).toString(36)}${start.toString(36).slice(-5).replace(".", "x")}`;

export const conversations = [];
export const runs = new Map();
export const journals = new Map();
export const approvals = [];
export const files = new Map([["revenue-by-region.svg", ["image/svg+xml", CHART_SVG]]]);

export function newConversation(title = "", agent = "assistant", at = now()) {
  const conversation = {
    id: newId("conv"),
    title,
    agent,
    created_at: at,
    updated_at: at,
    last_status: null,
  };
  conversations.unshift(conversation);
  return conversation;
}

export function newRun(conversation, text, names = [], { at = now(), origin = null } = {}) {
  const run = {
    id: newId("run"),
    kind: "agent",
    agent: conversation?.agent ?? "assistant",
    title: text.split("\n")[0],
    status: "queued",
    waiting_for: null,
    session_id: conversation?.id ?? null,
    parent_id: null,
    workspace_id: conversation?.id ?? null,
    input: { text, files: names },
    output: null,
    error: null,
    created_at: at,
    updated_at: at,
    ended_at: null,
    deadline: null,
    cost_usd: "0",
    input_tokens: 0,
    output_tokens: 0,
    steps: 0,
    last_seq: -1,
    origin,
    definition: {
      name: "assistant",
      instructions: "Be useful.",
      model: "default",
      tools: ["sql", "chart"],
    },
  };
  runs.set(run.id, run);
  journals.set(run.id, []);
  if (conversation) {
    conversation.title ||= run.title;
    conversation.updated_at = at;
  }
  return run;
}

export function append(run, type, key, data, at = now()) {
  const journal = journals.get(run.id);
  const event = { run_id: run.id, seq: journal.length, at, type, key, data };
  journal.push(event);
  run.last_seq = event.seq;
  run.updated_at = at;
  if (type === "step.finished" || type === "step.failed") run.steps++;
  return event;
}

export const spoken = (text, calls = []) => ({
  message: { role: "assistant", text, reasoning: "", calls },
  usage: {},
  stop: "end",
  model: "offline",
});
export const fileRef = (path, media_type, size = 4000, title = null) => ({
  path,
  media_type,
  size,
  blob: null,
  title,
});

export const SQL = {
  query:
    "SELECT region, round(sum(revenue), 2) AS total\nFROM orders\nGROUP BY region\nORDER BY total DESC",
};
export const TABLE =
  "| region | total |\n| --- | ---: |\n| EMEA | 182,304.50 |\n| North America | 141,882.10 |\n| APAC | 96,120.75 |";
