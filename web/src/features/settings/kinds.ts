/** Kinds of providers that cadre knows: what to type in for each, and where its key comes from. */

export interface Kind {
  kind: string;
  title: string;
  baseUrl: string;
  /** Where a person finds the key; null: none is needed. */
  keyFrom: string | null;
}

export const COMPATIBLE = "compatible";

export const KINDS: readonly Kind[] = [
  kind("openai", "OpenAI", "https://api.openai.com/v1", "platform.openai.com"),
  kind("anthropic", "Anthropic", "https://api.anthropic.com", "console.anthropic.com"),
  kind(
    "google",
    "Google Gemini",
    "https://generativelanguage.googleapis.com",
    "aistudio.google.com",
  ),
  kind("groq", "Groq", "https://api.groq.com/openai/v1", "console.groq.com"),
  kind("perplexity", "Perplexity", "https://api.perplexity.ai", "perplexity.ai, Settings, API"),
  kind("xai", "xAI", "https://api.x.ai/v1", "console.x.ai"),
  kind("moonshot", "Moonshot", "https://api.moonshot.ai/v1", "platform.moonshot.ai"),
  kind(
    "dashscope",
    "Qwen (DashScope)",
    "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
    "Alibaba Cloud Model Studio",
  ),
  kind("ollama", "Ollama", "http://127.0.0.1:11434/v1", null),
  kind(COMPATIBLE, "Another OpenAI-compatible server", "", null),
];

export function kindOf(name: string): Kind {
  const known = KINDS.find((one) => one.kind === name) ?? KINDS.at(-1);
  if (known === undefined) throw new Error("There are no kinds.");
  return known;
}

function kind(name: string, title: string, baseUrl: string, keyFrom: string | null): Kind {
  return { kind: name, title, baseUrl, keyFrom };
}
