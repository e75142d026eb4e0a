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

let csrf = "";
let onSignedOut: () => void = () => {};

export function keepCsrf(token: string): void {
  csrf = token;
}

export function whenSignedOut(action: () => void): void {
  onSignedOut = action;
}

export function apiUrl(path: string, query: Query = {}): string {
  const pairs = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== "",
  );
  const search = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]));
  return `${ROOT}${path}${search.size > 0 ? `?${search}` : ""}`;
}

export function unsafeHeaders(): Record<string, string> {
  return { "X-CSRF-Token": csrf };
}

async function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const { query, body, signal } = options;
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  if (method !== "GET") Object.assign(headers, unsafeHeaders());
  const isForm = body instanceof FormData;
  if (body !== undefined && !isForm) headers["Content-Type"] = "application/json";
  const payload = isForm ? body : body === undefined ? null : JSON.stringify(body);
  const request = { method, headers, body: payload, signal: signal ?? null };
  const response = await fetch(apiUrl(path, query), request).catch((error: unknown) => {
    throw signal?.aborted ? error : new Unreachable();
  });
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204 || response.headers.get("content-length") === "0")
    return undefined as T;
  return (await response.json()) as T;
}

/** A failed answer as an error; a signed-out page is sent to sign in. */
export async function problemOf(response: Response): Promise<Error> {
  const isJson = response.headers.get("content-type")?.includes("json");
  const said = (isJson ? await response.json().catch(() => ({})) : {}) as Record<string, unknown>;
  // A proxy in front that finds nobody home is the same as nobody answering.
  if (!isJson && [502, 503, 504].includes(response.status)) return new Unreachable();
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  const detail =
    text(said["detail"]) ?? text(said["title"]) ?? `The server answered ${response.status}.`;
  if (response.status === 401) onSignedOut();
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
