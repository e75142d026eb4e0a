// Live streams of the fixtures: what happens to runs, sent to whoever looks.
import { journals, runs } from "./data.mjs";

const clients = new Set();

export const listen = { approve: () => {} };

export function streamTo(request, response, isMine) {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
  response.write("retry: 1000\n\n");
  const client = { response, isMine };
  const [, since = "-1"] = (request.headers["last-event-id"] ?? "").split(":");
  for (const run of runs.values()) {
    if (!isMine(run) || ["done", "failed", "cancelled"].includes(run.status)) continue;
    for (const event of journals.get(run.id))
      if (event.seq > Number(since)) send(client, "journal", event, `${run.id}:${event.seq}`);
    if (run.snapshot)
      send(client, "live", { run_id: run.id, ...run.snapshot, type: "text.snapshot" });
  }
  clients.add(client);
  request.on("close", () => clients.delete(client));
  return undefined;
}

function send({ response }, event, data, id) {
  response.write(`event: ${event}\n${id ? `id: ${id}\n` : ""}data: ${JSON.stringify(data)}\n\n`);
}

export function tell(run, event, data) {
  const id = event === "journal" ? `${run.id}:${data.seq}` : undefined;
  for (const client of clients) if (client.isMine(run)) send(client, event, data, id);
}
