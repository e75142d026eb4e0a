// A Vite plugin that answers /api/v1 from dev/data.mjs, with runs that really stream.
import { act } from "./acting.mjs";
import {
  approvals,
  conversations,
  files,
  journals,
  newConversation,
  newRun,
  now,
  runs,
} from "./data.mjs";
import { seed } from "./seeds.mjs";
import { listen, streamTo } from "./streams.mjs";

const ME = {
  user: { id: "user_1", name: "Owner", email: null },
  org: { id: "org_1", name: "Home" },
  csrf: "dev",
  version: "0.1.0",
  features: { sandbox: { available: true, kind: "bubblewrap", reason: null } },
  models: { configured: false, default: "offline" },
  role: "owner",
  permissions: ["*"],
  preferences: { theme: "system", language: "", time_zone: "" },
  session: null,
  mfa: { enabled: false, required: false },
};
const AGENTS = ["assistant", "analyst", "researcher"].map((name) => ({
  name,
  description: `Works as ${name}`,
  version: 1,
  model: "default",
  tools: ["sql", "chart", "shell"],
  updated_at: now(),
  builtin: true,
}));

export function fixtures() {
  seed();
  return {
    name: "cadre-fixtures",
    configureServer(server) {
      server.middlewares.use("/api/v1", (request, response) => void answer(request, response));
    },
  };
}

async function answer(request, response) {
  const url = new URL(request.url, "http://dev");
  for (const [method, pattern, handler] of ROUTES) {
    const match = new RegExp(`^${pattern}$`).exec(url.pathname);
    if (request.method !== method || !match) continue;
    const body = await read(request);
    const result = handler({
      ids: match.slice(1).map(decodeURIComponent),
      query: url.searchParams,
      body,
      request,
      response,
    });
    if (result === undefined) return;
    response.setHeader(
      "Content-Type",
      result?.detail ? "application/problem+json" : "application/json",
    );
    response.statusCode = result?.detail ? result.status : 200;
    return response.end(JSON.stringify(result));
  }
  response.statusCode = 404;
  response.setHeader("Content-Type", "application/problem+json");
  response.end(
    JSON.stringify({
      status: 404,
      code: "not_found",
      title: "Not found",
      detail: `The fixtures have nothing at ${url.pathname}.`,
    }),
  );
}

async function read(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const bytes = Buffer.concat(parts);
  try {
    return JSON.parse(bytes.toString() || "{}");
  } catch {
    return bytes;
  }
}

const page = (items) => ({ items, next: null });
const latest = () => [...runs.values()].sort((a, b) => b.created_at - a.created_at);
const conversationOf = (id) => conversations.find((each) => each.id === id);
const asRef = (path) => ({ path, media_type: "text/csv", size: 191_270, blob: null, title: null });

function messageOf(run) {
  const isDone = run.status === "done";
  return {
    run,
    user: { text: run.input.text, files: run.input.files.map(asRef) },
    assistant: isDone ? { text: run.output.text, files: run.output.files } : null,
  };
}

function begin(conversation, text, names, options) {
  const run = newRun(conversation, text, names, options);
  void act(run, conversation);
  return run;
}

const ROUTES = [
  ["GET", "/me", () => ME],
  ["POST", "/session", () => ME],
  ["GET", "/agents", () => page(AGENTS)],
  ["GET", "/tools", () => page([])],
  [
    "GET",
    "/conversations",
    ({ query }) =>
      page(
        conversations
          .filter(({ title }) => title.toLowerCase().includes((query.get("q") ?? "").toLowerCase()))
          .sort((a, b) => b.updated_at - a.updated_at),
      ),
  ],
  ["POST", "/conversations", ({ body }) => newConversation(body.title, body.agent)],
  [
    "GET",
    "/conversations/([^/]+)",
    ({ ids }) =>
      conversationOf(ids[0]) ?? {
        status: 404,
        code: "not_found",
        detail: "There is no such conversation. It may have been deleted.",
      },
  ],
  [
    "PATCH",
    "/conversations/([^/]+)",
    ({ ids, body }) => Object.assign(conversationOf(ids[0]), body),
  ],
  [
    "DELETE",
    "/conversations/([^/]+)",
    ({ ids }) => ({
      gone: conversations.splice(conversations.indexOf(conversationOf(ids[0])), 1).length,
    }),
  ],
  [
    "GET",
    "/conversations/([^/]+)/messages",
    ({ ids }) => page([...runs.values()].filter((run) => run.session_id === ids[0]).map(messageOf)),
  ],
  [
    "POST",
    "/conversations/([^/]+)/messages",
    ({ ids, body }) => begin(conversationOf(ids[0]), body.text, body.files),
  ],
  ["GET", "/conversations/([^/]+)/files", () => page([])],
  [
    "POST",
    "/conversations/([^/]+)/files",
    ({ body }) => asRef(/filename="([^"]+)"/.exec(body.toString("latin1"))?.[1] ?? "file"),
  ],
  [
    "GET",
    "/conversations/[^/]+/files/(.+)",
    ({ ids, response }) => {
      const [type, text] = files.get(ids[0]) ?? ["text/plain", ""];
      response.setHeader("Content-Type", type);
      response.end(text);
    },
  ],
  [
    "GET",
    "/conversations/([^/]+)/stream",
    ({ ids, request, response }) =>
      streamTo(request, response, ({ session_id }) => session_id === ids[0]),
  ],
  [
    "GET",
    "/runs",
    ({ query }) =>
      page(
        latest().filter(
          (run) =>
            (!query.get("status") || query.get("status").split(",").includes(run.status)) &&
            run.title.includes(query.get("q") ?? ""),
        ),
      ),
  ],
  [
    "GET",
    "/runs/([^/]+)",
    ({ ids }) =>
      runs.get(ids[0]) ?? { status: 404, code: "not_found", detail: "There is no such run." },
  ],
  [
    "GET",
    "/runs/([^/]+)/events",
    ({ ids, query }) =>
      page(
        (journals.get(ids[0]) ?? []).filter(({ seq }) => seq > Number(query.get("after") ?? -1)),
      ),
  ],
  [
    "GET",
    "/runs/([^/]+)/stream",
    ({ ids, request, response }) => streamTo(request, response, ({ id }) => id === ids[0]),
  ],
  ["GET", "/runs/([^/]+)/files", () => page([])],
  [
    "POST",
    "/runs/([^/]+)/cancel",
    ({ ids }) =>
      Object.assign(runs.get(ids[0]), { status: "cancelled", ended_at: now(), waiting_for: null }),
  ],
  [
    "POST",
    "/runs/([^/]+)/fork",
    ({ ids, body }) => {
      const run = runs.get(ids[0]);
      return begin(
        conversationOf(run.session_id),
        body.input?.text ?? run.input.text,
        run.input.files,
        { origin: { type: "fork", run_id: run.id, seq: body.at_seq } },
      );
    },
  ],
  [
    "GET",
    "/approvals",
    ({ query }) =>
      page(
        approvals.filter(
          (each) =>
            (!query.get("status") || query.get("status").includes(each.status)) &&
            (!query.get("run_id") || each.run_id === query.get("run_id")),
        ),
      ),
  ],
  [
    "POST",
    "/approvals/([^/]+)/decision",
    ({ ids, body }) => {
      const approval = approvals.find(({ id }) => id === ids[0]);
      approval.status = { approve: "approved", deny: "denied", edit: "edited" }[body.decision];
      listen.approve(approval);
      return approval;
    },
  ],
];
