/** A provider as a person types it: text in every field, read when it is saved. */
import { KINDS, kindOf } from "./kinds";
import type { Price, Provider, ProviderInput } from "./queries";

export interface ProviderDraft {
  kind: string;
  name: string;
  baseUrl: string;
  /** Null: the stored key stays. */
  key: string | null;
  models: { name: string; input: string; output: string }[];
}

export function draftProvider(provider: Provider | null): ProviderDraft {
  if (provider === null) return { ...ofKind("openai"), key: "", models: [] };
  return {
    kind: provider.kind,
    name: provider.name,
    baseUrl: provider.base_url,
    key: provider.has_key ? null : "",
    models: provider.models.map((name) => ({
      name,
      input: String(provider.prices[name]?.input ?? ""),
      output: String(provider.prices[name]?.output ?? ""),
    })),
  };
}

/** What is typed in once a kind is chosen; a name that was typed by hand stays. */
export function ofKind(kind: string, typed = ""): Pick<ProviderDraft, "kind" | "name" | "baseUrl"> {
  const isTyped = typed !== "" && KINDS.every((one) => one.kind !== typed);
  const known = kindOf(kind);
  return { kind, name: isTyped ? typed : known.kind, baseUrl: known.baseUrl };
}

export type DraftErrors = Partial<Record<"name" | "base_url" | "models", string>>;

export function checkProvider(draft: ProviderDraft, taken: readonly string[]): DraftErrors {
  const errors: DraftErrors = {};
  if (!/^[a-z][a-z0-9_-]*$/.test(draft.name)) {
    errors.name =
      "Small letters, digits, - and _, starting with a letter: models are named after it.";
  } else if (taken.includes(draft.name))
    errors.name = "There is one with this name: edit that one.";
  if (!/^https?:\/\/[^\s/]+/.test(draft.baseUrl)) {
    errors.base_url = "An address that starts with https:// or http://.";
  }
  const bad = draft.models.find((model) => !isPrice(model.input) || !isPrice(model.output));
  if (bad)
    errors.models = `The prices of ${bad.name} are amounts in USD, like 0.40, or left empty.`;
  const half = draft.models.find((model) => (model.input === "") !== (model.output === ""));
  if (half) errors.models ??= `${half.name} has one price of two. Fill in both, or neither.`;
  return errors;
}

function isPrice(text: string): boolean {
  return text.trim() === "" || /^\d+(\.\d+)?$/.test(text.trim());
}

export function readProvider(draft: ProviderDraft): ProviderInput & { name: string } {
  const named = draft.models.filter((model) => model.name.trim() !== "");
  const prices: Record<string, Price> = {};
  for (const { name, input, output } of named) {
    if (input.trim() !== "" && output.trim() !== "") {
      prices[name.trim()] = { input: input.trim(), output: output.trim() };
    }
  }
  return {
    name: draft.name,
    kind: draft.kind,
    base_url: draft.baseUrl.trim(),
    models: [...new Set(named.map((model) => model.name.trim()))],
    prices,
    ...(draft.key === null ? {} : { key: draft.key.trim() }),
  };
}
