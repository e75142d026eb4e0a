import { describe, expect, it } from "vitest";
import {
  checkCard,
  checkPrices,
  draftPrice,
  inputOf,
  newCardDraft,
  readCard,
  readLimit,
  readPrice,
} from "@/features/models/card_draft";
import { aCard, aPrice } from "./items";

const draft = { ...newCardDraft("local"), id: "tiny" };

describe("a card that is typed", () => {
  it("is refused beside the field that is wrong", () => {
    const wrong = { ...draft, provider: "My Box", id: "", context: "many", prices: { input: "a" } };

    expect(Object.keys(checkCard(wrong, new Set())).sort()).toEqual([
      "context",
      "id",
      "input",
      "provider",
    ]);
  });

  it("is refused where there is one with this name", () => {
    expect(checkCard(draft, new Set(["local:tiny"])).id).toContain("There is a card");
    expect(checkCard(draft, new Set(["local:other"]))).toEqual({});
  });

  it("leaves unknown what is left empty", () => {
    expect(readCard(draft)).toMatchObject({
      context_tokens: null,
      output_tokens: null,
      price: null,
    });
  });
});

it("limits are read as people write them", () => {
  expect(["128k", "1.05M", "8,192", "8 192", "200000"].map(readLimit)).toEqual([
    128_000, 1_050_000, 8192, 8192, 200_000,
  ]);
  expect(readLimit(" ")).toBeNull();
  expect(["0", "-1", "12x"].map(readLimit)).toEqual([undefined, undefined, undefined]);
});

describe("an own price", () => {
  it("keeps tiers, and 0 apart from unknown", () => {
    const before = aPrice({ input: "1", tiers: [] });

    const read = readPrice({ ...draftPrice(before), input: "0", output: " " }, before);

    expect(read).toEqual({ input: "0", tiers: [] });
  });

  it("is unknown when everything is emptied", () => {
    expect(readPrice({ input: "", output: "" }, aPrice({ input: "1" }))).toBeNull();
  });

  it("is an amount, or it is refused", () => {
    expect(checkPrices({ input: "0.40", output: "1,5", cached_input: "-1" })).toMatchObject({
      output: expect.any(String),
      cached_input: expect.any(String),
    });
    expect(checkPrices({ input: "0.40" })).toEqual({});
  });
});

it("what a card says of itself is all that is written back", () => {
  const said = inputOf(aCard({ title: "Tiny", aliases: ["t"] }));

  expect(said).toMatchObject({ title: "Tiny", aliases: ["t"] });
  expect(said).not.toHaveProperty("provider");
  expect(said).not.toHaveProperty("source");
});
