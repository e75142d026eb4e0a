/**
 * An asked-for call made readable: every argument as what it is (code, text, a plain value),
 * nothing left out and nothing reworded, because this is what a person answers for.
 */
export type Shown = "code" | "text" | "value" | "json";

export interface Argument {
  name: string;
  shown: Shown;
  language: string | null;
  text: string;
}

export function readArguments(tool: string, call: Record<string, unknown>): Argument[] {
  return Object.entries(call)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => readArgument(tool, name, value, call))
    .sort((a, b) => WEIGHT[a.shown] - WEIGHT[b.shown]);
}

/** Short values first: they say what the long ones are about. */
const WEIGHT: Record<Shown, number> = { value: 0, text: 1, code: 2, json: 3 };

function readArgument(
  tool: string,
  name: string,
  value: unknown,
  call: Record<string, unknown>,
): Argument {
  if (typeof value !== "string") {
    const isPlain = typeof value !== "object" || value === null;
    const text = JSON.stringify(value, null, isPlain ? 0 : 2) ?? "null";
    return { name, shown: isPlain ? "value" : "json", language: isPlain ? null : "json", text };
  }
  const language = languageOf(tool, name, call);
  if (language !== null) return { name, shown: "code", language, text: value };
  const isLong = value.includes("\n") || value.length > 90;
  return { name, shown: isLong ? "text" : "value", language: null, text: value };
}

const BY_TOOL: Record<string, Record<string, string>> = {
  python: { code: "python" },
  shell: { command: "bash", script: "bash" },
  sql: { query: "sql" },
  patch_file: { patch: "diff", diff: "diff" },
};

const BY_NAME: Record<string, string> = { sql: "sql", patch: "diff", diff: "diff", code: "text" };

const BY_SUFFIX: Record<string, string> = {
  py: "python",
  js: "javascript",
  ts: "typescript",
  tsx: "tsx",
  json: "json",
  md: "markdown",
  sh: "bash",
  sql: "sql",
  yaml: "yaml",
  yml: "yaml",
  html: "html",
  css: "css",
  toml: "toml",
};

function languageOf(tool: string, name: string, call: Record<string, unknown>): string | null {
  const known = BY_TOOL[tool]?.[name] ?? BY_NAME[name];
  if (known !== undefined) return known;
  const path = call["path"];
  if ((name !== "content" && name !== "text") || typeof path !== "string") return null;
  return BY_SUFFIX[path.slice(path.lastIndexOf(".") + 1).toLowerCase()] ?? null;
}

/** The argument that tells most about a call, on one line. */
export function callWords(tool: string, call: Record<string, unknown>): string {
  const items = readArguments(tool, call).filter((item) => item.text !== "");
  const telling = items.find((item) => item.shown === "code" || item.shown === "text") ?? items[0];
  return (telling?.text ?? "").replace(/\s+/g, " ").trim().slice(0, 160);
}

export interface Expiry {
  text: string;
  isNear: boolean;
  isOver: boolean;
}

const NEAR_SECONDS = 300;

export function expiry(expiresAt: number | null, nowSeconds: number): Expiry | null {
  if (expiresAt === null) return null;
  const left = expiresAt - nowSeconds;
  if (left <= 0) return { text: "expired", isNear: false, isOver: true };
  return { text: `expires in ${words(left)}`, isNear: left < NEAR_SECONDS, isOver: false };
}

function words(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  const hours = Math.floor(whole / 3600);
  if (hours < 48) return `${hours} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(hours / 24)} days`;
}
