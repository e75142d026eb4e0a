/** The one way to the server: `/api/v1` with the page's cookie, CSRF header and typed problems. */

const ROOT = "/api/v1";

/** A refusal by the server (RFC 9457). `message` says what to do; `field` names a form field. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly field: string | null = null,
  ) {
    super(detail);
    this.name = "Problem";
  }
}

/** The server could not be reached at all; asking again later may work. */
export class Unreachable extends Error {
  constructor() {
    super("cadre can't be reached. Is it running? The page tries again by itself.");
    this.name = "Unreachable";
  }
}

type Query = Record<string, string | number | boolean | null | undefined>;

interface Options {
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

const CSRF = "X-CSRF-Token";
let csrf = "";

export function keepCsrf(token: string): void {
  csrf = token;
}

let isOut = false;
const watchers = new Set<() => void>();

/** Whether the server has told this page that it is signed out. For `useSyncExternalStore`. */
export const signedOut = {
  read: () => isOut,
  write(value: boolean): void {
    isOut = value;
    for (const watcher of watchers) watcher();
  },
  subscribe(watcher: () => void): () => void {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  },
};

/** Where people come in: a refusal there is about what they sent, not about this page. */
const ENTRANCE = /\/session(\/(?!proof)|$)/;

export function apiUrl(path: string, query: Query = {}): string {
  const pairs = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== "",
  );
  const search = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]));
  return `${ROOT}${path}${search.size > 0 ? `?${search}` : ""}`;
}

export function unsafeHeaders(): Record<string, string> {
  return { [CSRF]: csrf };
}

async function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const { query, body, signal } = options;
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  if (method !== "GET") Object.assign(headers, unsafeHeaders());
  const isForm = body instanceof FormData;
  if (body !== undefined && !isForm) headers["Content-Type"] = "application/json";
  const payload = isForm ? body : body === undefined ? null : JSON.stringify(body);
  const request = { method, headers, body: payload, signal: signal ?? null };
  const response = await send(apiUrl(path, query), request).catch((error: unknown) => {
    throw signal?.aborted || error instanceof Problem ? error : new Unreachable();
  });
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204 || response.headers.get("content-length") === "0")
    return undefined as T;
  return (await response.json()) as T;
}

/** `fetch`; where the page's short pass has run out, it is renewed and the request made again. */
export async function send(
  url: string,
  request: RequestInit & { headers: Record<string, string> },
): Promise<Response> {
  const response = await fetch(url, request);
  const isComingIn = ENTRANCE.test(url) && request.method !== "DELETE";
  if (![401, 403].includes(response.status) || isComingIn || isOut) return response;
  const { recover } = await import("./renewal");
  if (!(await recover(response))) return response;
  const token = CSRF in request.headers ? unsafeHeaders() : {};
  return fetch(url, { ...request, headers: { ...request.headers, ...token } });
}

const RENEWED_AHEAD_MS = 45_000;
let ahead: ReturnType<typeof setTimeout>;

/** Renew the pass just before it runs out, so that pictures and downloads find one that counts. */
export function renewBefore(expiresAt: number): void {
  clearTimeout(ahead);
  ahead = setTimeout(
    async () => {
      if (document.visibilityState === "hidden") return;
      const { renew } = await import("./renewal");
      await renew().catch(() => false);
    },
    Math.max(0, expiresAt * 1000 - Date.now() - RENEWED_AHEAD_MS),
  );
}

/** A failed answer as an error; a signed-out page is asked to sign in. */
export async function problemOf(response: Response): Promise<Error> {
  const isJson = response.headers.get("content-type")?.includes("json");
  const said = (isJson ? await response.json().catch(() => ({})) : {}) as Record<string, unknown>;
  // A proxy in front that finds nobody home is the same as nobody answering.
  if (!isJson && [502, 503, 504].includes(response.status)) return new Unreachable();
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  const detail =
    text(said["detail"]) ?? text(said["title"]) ?? `The server answered ${response.status}.`;
  if (response.status === 401 && !ENTRANCE.test(response.url)) signedOut.write(true);
  return new Problem(
    response.status,
    text(said["code"]) ?? "unexpected",
    detail,
    text(said["field"]),
  );
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) =>
    call<T>("GET", path, { ...(query ? { query } : {}), signal }),
  post: <T>(path: string, body?: unknown, headers?: Record<string, string>) =>
    call<T>("POST", path, { body, ...(headers ? { headers } : {}) }),
  put: <T>(path: string, body?: unknown) => call<T>("PUT", path, { body }),
  patch: <T>(path: string, body?: unknown) => call<T>("PATCH", path, { body }),
  delete: <T = void>(path: string) => call<T>("DELETE", path),
};
