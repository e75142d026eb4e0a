import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api, Problem, signedOut } from "@/api/client";

/** A real server on loopback that keeps short passes; the page's relative addresses lead to it. */
let server: Server;
let asked: string[];
let hasPass: boolean;
let canRenew: boolean;
const realFetch = globalThis.fetch;

const LATER = Date.now() / 1000 + 900;
const ME = {
  csrf: "new",
  user: { id: "usr_1" },
  preferences: { theme: "system", language: "", time_zone: "" },
  permissions: [],
  session: { expires_at: LATER },
};

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify({ status, code, detail: "No." }));
}

beforeEach(async () => {
  asked = [];
  hasPass = false;
  canRenew = true;
  signedOut.write(false);
  server = createServer((request, response) => {
    const path = request.url ?? "";
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      asked.push(`${request.method} ${path.replace("/api/v1", "")} ${body}`.trim());
      const isRenewal = path.endsWith("/session/refresh");
      if (isRenewal && canRenew) hasPass = true;
      if (path.endsWith("/forms") && request.headers["x-csrf-token"] !== "new")
        return refuse(response, 403, "csrf");
      const isRefused = path.endsWith("/session/password") || !hasPass;
      if (isRefused) return refuse(response, 401, "unauthenticated");
      response.writeHead(200, { "Content-Type": "application/json" });
      response.end(JSON.stringify(isRenewal ? { csrf: "", expires_at: LATER } : ME));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  vi.stubGlobal("fetch", (path: string, init: RequestInit) =>
    realFetch(`http://127.0.0.1:${port}${path}`, init),
  );
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  vi.unstubAllGlobals();
});

describe("a pass that ran out", () => {
  it("is renewed, and the request is made again with all that was sent", async () => {
    await api.post("/runs", { text: "typed" });
    expect(asked).toEqual([
      'POST /runs {"text":"typed"}',
      "POST /session/refresh",
      'POST /runs {"text":"typed"}',
    ]);
    expect(signedOut.read()).toBe(false);
  });

  it("is renewed once for all requests that miss it", async () => {
    await Promise.all(["/runs", "/agents", "/usage"].map((path) => api.get(path)));
    expect(asked.filter((each) => each.includes("refresh"))).toHaveLength(1);
  });

  it("leads to signing in when it can't be renewed, and is not asked for again then", async () => {
    canRenew = false;
    await expect(api.get("/runs")).rejects.toBeInstanceOf(Problem);
    await expect(api.get("/agents")).rejects.toBeInstanceOf(Problem);
    expect(signedOut.read()).toBe(true);
    expect(asked).toEqual(["GET /runs", "POST /session/refresh", "GET /agents"]);
  });

  it("has nothing to do with a password that is wrong", async () => {
    await expect(api.post("/session/password", {})).rejects.toMatchObject({ status: 401 });
    expect(asked).toEqual(["POST /session/password {}"]);
    expect(signedOut.read()).toBe(false);
  });

  it("is renewed for signing out too: nothing shall be left that could be renewed later", async () => {
    await api.delete("/session");
    expect(asked).toEqual(["DELETE /session", "POST /session/refresh", "DELETE /session"]);
  });

  it("finds the token of a session that another tab has begun", async () => {
    hasPass = true;
    await api.post("/forms", { text: "typed" });
    expect(asked).toEqual([
      'POST /forms {"text":"typed"}',
      "GET /me",
      'POST /forms {"text":"typed"}',
    ]);
  });
});
