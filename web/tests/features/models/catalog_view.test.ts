import { describe, expect, it } from "vitest";
import { isUsable, nextSort, type Reach, shownModels } from "@/features/models/catalog_view";
import { anItem, aPrice } from "./items";

const NOBODY: Reach = { names: new Set(), providers: new Set() };
const small = anItem({ id: "small", price: aPrice({ output: "0.5" }), context_tokens: 8000 });
const large = anItem({ id: "large", price: aPrice({ output: "12" }), aliases: ["grand"] });
const gone = anItem({ id: "gone", status: "retired" });
const secret = anItem({ id: "secret" }, { hidden: true, own: true });
const ears = anItem({ provider: "groq", id: "ears", kind: "transcription" });
const ALL = [large, small, gone, secret, ears];

const names = (items: { name: string }[]) => items.map(({ name }) => name.split(":")[1]);

describe("models that are shown", () => {
  it("are all but those that the org hid", () => {
    expect(names(shownModels(ALL, {}, NOBODY))).toEqual(["large", "small", "gone", "ears"]);
  });

  it("are found by every word, in names, titles and aliases", () => {
    expect(names(shownModels(ALL, { q: "openai GRAND" }, NOBODY))).toEqual(["large"]);
    expect(shownModels(ALL, { q: "openai ears" }, NOBODY)).toEqual([]);
  });

  it("are narrowed by provider, capability and status together", () => {
    const search = { provider: "openai", capability: "text", status: "retired" };
    expect(names(shownModels(ALL, search, NOBODY))).toEqual(["gone"]);
  });

  it("are the hidden ones where somebody asks for them", () => {
    expect(names(shownModels(ALL, { status: "hidden" }, NOBODY))).toEqual(["secret"]);
    expect(names(shownModels(ALL, { status: "own" }, NOBODY))).toEqual([]);
  });

  it("begin with those that can be asked", () => {
    const reach = { names: new Set(["openai:small"]), providers: new Set(["openai"]) };
    expect(names(shownModels(ALL, {}, reach))[0]).toBe("small");
  });

  it("are ordered by a number either way, unknown ones last", () => {
    expect(names(shownModels(ALL, { sort: "output_price" }, NOBODY))).toEqual([
      "small",
      "large",
      "gone",
      "ears",
    ]);
    expect(names(shownModels(ALL, { sort: "-output_price" }, NOBODY)).slice(0, 2)).toEqual([
      "large",
      "small",
    ]);
  });

  it("stay as they come if the address orders by nothing known", () => {
    expect(names(shownModels(ALL, { sort: "nonsense" }, NOBODY))[0]).toBe("large");
  });
});

describe("a model that can be used", () => {
  const reach = { names: new Set(["openai:small", "openai:gone"]), providers: new Set(["groq"]) };

  it("is one that the server lists for chat", () => {
    expect(isUsable(small, reach)).toBe(true);
    expect(isUsable(large, reach)).toBe(false);
  });

  it("is any other of a provider that is connected", () => {
    expect(isUsable(ears, reach)).toBe(true);
  });

  it("is never retired and never hidden", () => {
    expect(isUsable(gone, reach)).toBe(false);
    expect(isUsable({ ...small, hidden: true }, reach)).toBe(false);
  });
});

it("a column goes up, down, and back to no order", () => {
  expect(nextSort(undefined, "context")).toBe("context");
  expect(nextSort("context", "context")).toBe("-context");
  expect(nextSort("-context", "context")).toBeUndefined();
  expect(nextSort("name", "context")).toBe("context");
});
