import { describe, expect, it } from "vitest";
import { checkProvider, draftProvider, ofKind, readProvider } from "@/features/settings/provider";
import type { Provider } from "@/features/settings/queries";

const STORED: Provider = {
  name: "openai",
  kind: "openai",
  base_url: "https://api.openai.com/v1",
  models: ["a", "b"],
  prices: { a: { input: "0.40", output: "1.60" } },
  has_key: true,
  source: "stored",
};

describe("a provider that is edited", () => {
  it("keeps its stored key unless another one is typed", () => {
    expect("key" in readProvider(draftProvider(STORED))).toBe(false);
    expect(readProvider({ ...draftProvider(STORED), key: " sk-1 " }).key).toBe("sk-1");
  });

  it("comes back as it went in", () => {
    expect(readProvider(draftProvider(STORED))).toEqual({
      name: "openai",
      kind: "openai",
      base_url: STORED.base_url,
      models: ["a", "b"],
      prices: STORED.prices,
    });
  });

  it("drops empty lines and repeated models", () => {
    const model = (name: string) => ({ name, input: "", output: "" });
    const draft = { ...draftProvider(null), models: [model("x"), model(" "), model("x ")] };

    expect(readProvider(draft)).toMatchObject({ models: ["x"], prices: {} });
  });
});

describe("a kind that is chosen", () => {
  it("brings its name and its address", () => {
    expect(ofKind("anthropic", "openai")).toEqual({
      kind: "anthropic",
      name: "anthropic",
      baseUrl: "https://api.anthropic.com",
    });
  });

  it("leaves a name that was typed", () => {
    expect(ofKind("groq", "our-models").name).toBe("our-models");
  });

  it("asks for the address of a server that is not known", () => {
    const draft = { ...draftProvider(null), ...ofKind("compatible", "mine") };

    expect(checkProvider(draft, [])).toHaveProperty("base_url");
  });
});

describe("checkProvider", () => {
  const draft = draftProvider(STORED);

  it("accepts what is right", () => {
    expect(checkProvider(draft, [])).toEqual({});
  });

  it.each([
    [{ name: "Open AI" }, "name"],
    [{ name: "taken" }, "name"],
    [{ baseUrl: "api.openai.com" }, "base_url"],
    [{ models: [{ name: "a", input: "cheap", output: "1" }] }, "models"],
    [{ models: [{ name: "a", input: "1", output: "" }] }, "models"],
  ])("%j is wrong in its %s", (changes, field) => {
    expect(Object.keys(checkProvider({ ...draft, ...changes }, ["taken"]))).toEqual([field]);
  });
});
