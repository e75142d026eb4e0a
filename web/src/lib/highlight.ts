/** Code into tokens with class names. Loaded with the first code block, a language when it is met. */
import { createHighlighterCore, type HighlighterCore, type LanguageInput } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";

export interface Token {
  text: string;
  className?: string;
}

const LANGUAGES: Record<string, () => LanguageInput> = {
  bash: () => import("shiki/langs/bash.mjs"),
  css: () => import("shiki/langs/css.mjs"),
  diff: () => import("shiki/langs/diff.mjs"),
  dockerfile: () => import("shiki/langs/dockerfile.mjs"),
  go: () => import("shiki/langs/go.mjs"),
  html: () => import("shiki/langs/html.mjs"),
  java: () => import("shiki/langs/java.mjs"),
  javascript: () => import("shiki/langs/javascript.mjs"),
  json: () => import("shiki/langs/json.mjs"),
  markdown: () => import("shiki/langs/markdown.mjs"),
  python: () => import("shiki/langs/python.mjs"),
  rust: () => import("shiki/langs/rust.mjs"),
  sql: () => import("shiki/langs/sql.mjs"),
  toml: () => import("shiki/langs/toml.mjs"),
  tsx: () => import("shiki/langs/tsx.mjs"),
  typescript: () => import("shiki/langs/typescript.mjs"),
  yaml: () => import("shiki/langs/yaml.mjs"),
};

const ALIASES: Record<string, string> = {
  sh: "bash",
  shell: "bash",
  zsh: "bash",
  console: "bash",
  js: "javascript",
  jsx: "tsx",
  ts: "typescript",
  py: "python",
  rs: "rust",
  yml: "yaml",
  md: "markdown",
  patch: "diff",
};

/** Each class is a made-up colour of the theme, translated back when tokens come out. */
const SCOPES: Record<string, string[]> = {
  keyword: ["keyword", "storage", "variable.language", "entity.name.tag", "keyword.operator.word"],
  string: ["string", "punctuation.definition.string", "constant.other.symbol"],
  function: [
    "entity.name.function",
    "support.function",
    "entity.name.type",
    "entity.name.class",
    "support.type",
  ],
  constant: [
    "constant",
    "support.constant",
    "entity.other.attribute-name",
    "meta.property-name",
    "support.type.property-name",
  ],
  comment: ["comment", "punctuation.definition.comment"],
  punctuation: ["punctuation", "keyword.operator", "meta.brace"],
  inserted: ["markup.inserted"],
  deleted: ["markup.deleted"],
};

const names = Object.keys(SCOPES);
const colorOf = (index: number) => `#0000${(index + 16).toString(16)}`;
const classOf = new Map(names.map((name, index) => [colorOf(index), `tok-${name}`]));

const theme = {
  name: "cadre",
  type: "light" as const,
  fg: "#000000",
  bg: "#ffffff",
  settings: names.map((name, index) => ({
    scope: SCOPES[name] ?? [],
    settings: { foreground: colorOf(index) },
  })),
};

let highlighter: Promise<HighlighterCore> | undefined;

function core(): Promise<HighlighterCore> {
  highlighter ??= createHighlighterCore({
    themes: [theme],
    langs: [],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });
  return highlighter;
}

/** Lines of tokens, or null when the language is unknown. */
export async function highlight(code: string, language: string): Promise<Token[][] | null> {
  const name = ALIASES[language.toLowerCase()] ?? language.toLowerCase();
  const load = LANGUAGES[name];
  if (!load) return null;
  const shiki = await core();
  if (!shiki.getLoadedLanguages().includes(name)) await shiki.loadLanguage(load());
  const { tokens } = shiki.codeToTokens(code, { lang: name, theme: "cadre" });
  return tokens.map((line) =>
    line.map(({ content, color }) => {
      const className = classOf.get(color?.toLowerCase() ?? "");
      return className ? { text: content, className } : { text: content };
    }),
  );
}
