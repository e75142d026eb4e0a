import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { follow } from "@/api/live";

let server: Server | undefined;
const realFetch = globalThis.fetch;

/** A real server on loopback; the page's relative addresses lead to it. */
async function serve(
  answer: (request: IncomingMessage, response: ServerResponse, visit: number) => void,
): Promise<void> {
  let visits = 0;
  server = createServer((request, response) => answer(request, response, visits++));
  await new Promise<void>((done) => server?.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  vi.stubGlobal("fetch", (path: string, init: RequestInit) =>
    realFetch(`http://127.0.0.1:${port}${path}`, init),
  );
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  vi.unstubAllGlobals();
});

const event = (seq: number) => `event: journal\nid: ${seq}\ndata: {"seq":${seq}}\n\n`;

function stream(response: ServerResponse, ...texts: string[]): void {
  response.writeHead(200, {
    "Content-Type": "text/event-stream",
    "Access-Control-Allow-Origin": "*",
  });
  for (const text of texts) response.write(text);
}

describe("follow", () => {
  it("resumes after the last event when the connection drops, and ends when the server says so", async () => {
    const resumed: unknown[] = [];
    await serve((request, response, visit) => {
      resumed.push(request.headers["last-event-id"]);
      if (visit === 0) {
        stream(response, event(0), event(1));
        setTimeout(() => response.destroy(), 30);
      } else stream(response, event(2), "event: end\ndata: {}\n\n");
    });
    const seen: number[] = [];
    const opens: boolean[] = [];
    const sink = {
      onJournal: ({ seq }: { seq: number }) => seen.push(seq),
      onOpen: (isAgain: boolean) => opens.push(isAgain),
    };
    await follow("/runs/r/stream", sink, new AbortController().signal);
    expect(seen).toEqual([0, 1, 2]);
    expect(resumed).toEqual([undefined, "1"]);
    expect(opens).toEqual([false, true]);
  });

  it("keeps trying while the server is away", async () => {
    await serve((_, response, visit) => {
      if (visit < 2) response.writeHead(503).end();
      else stream(response, event(0), "event: end\ndata: {}\n\n");
    });
    const seen: number[] = [];
    await follow(
      "/runs/r/stream",
      { onJournal: ({ seq }) => seen.push(seq) },
      new AbortController().signal,
    );
    expect(seen).toEqual([0]);
  });

  it("does not ask again for what was refused", async () => {
    await serve((_, response) => {
      response.writeHead(404, {
        "Content-Type": "application/problem+json",
        "Access-Control-Allow-Origin": "*",
      });
      response.end(
        JSON.stringify({ status: 404, code: "run_not_found", detail: "There is no such run." }),
      );
    });
    const refused: string[] = [];
    await follow(
      "/runs/r/stream",
      { onRefused: ({ code }) => refused.push(code) },
      new AbortController().signal,
    );
    expect(refused).toEqual(["run_not_found"]);
  });

  it("stops at once when nobody looks any more", async () => {
    await serve((_, response) => stream(response, event(0)));
    const leaving = new AbortController();
    const done = follow("/runs/r/stream", { onJournal: () => leaving.abort() }, leaving.signal);
    await expect(done).resolves.toBeUndefined();
  });
});
