import { describe, expect, it } from "vitest";
import { cellPrice, price, priceRows, tokens, unitWords } from "@/features/models/price_text";
import { aCard, aPrice } from "./items";

describe("a price", () => {
  it("has the digits that it needs, and at least cents", () => {
    expect(price("0.1")).toBe("$0.10");
    expect(price("12.5")).toBe("$12.50");
    expect(price("0.0375")).toBe("$0.0375");
    expect(price("1000")).toBe("$1,000.00");
  });

  it("is unknown where nobody gave one, and free at 0", () => {
    expect(price(null)).toBe("unknown");
    expect(price("0.00")).toBe("free");
  });
});

describe("the cell of a table", () => {
  it("says unknown for a chat model without a price, never 0", () => {
    expect(cellPrice(aCard(), "input")).toBe("unknown");
    expect(cellPrice(aCard({ price: aPrice({ input: "2" }) }), "output")).toBe("unknown");
  });

  it("names another unit than tokens, in three digits", () => {
    const whisper = aCard({ kind: "transcription", price: aPrice({ per_minute: "0.006" }) });
    expect(cellPrice(whisper, "output")).toBe("$0.006/min");
    expect(cellPrice(whisper, "input")).toBe("");
    const odd = aCard({ kind: "transcription", price: aPrice({ per_minute: "0.00066667" }) });
    expect(cellPrice(odd, "output")).toBe("$0.000667/min");
  });

  it("is empty where a kind of model has no such unit", () => {
    const embedding = aCard({ kind: "embedding", price: aPrice({ input: "0.02" }) });
    expect(cellPrice(embedding, "output")).toBe("");
  });
});

it("every unit that is given is a row, tiers after the usual ones", () => {
  const tier = {
    above_input_tokens: 272_000,
    input: "4",
    output: "15",
    cached_input: null,
    cache_write: null,
    audio_input: null,
    audio_output: null,
  };
  const rows = priceRows(aPrice({ input: "2", per_thousand_searches: "10", tiers: [tier] }));

  expect(rows.map(({ label, amount }) => `${label} ${amount}`)).toEqual([
    "Input $2.00",
    "Search $10.00",
    "Input, above 272k of input $4.00",
    "Output, above 272k of input $15.00",
  ]);
});

it("limits are short, and unknown where not published", () => {
  expect([null, 512, 8192, 128_000, 1_050_000, 10_000_000].map(tokens)).toEqual([
    "unknown",
    "512",
    "8.19k",
    "128k",
    "1.05M",
    "10M",
  ]);
});

it("units of the check are said in words", () => {
  expect(unitWords("cached_input above 200000").label).toBe(
    "Input from the cache, above 200k of input",
  );
  expect(unitWords("per_minute")).toEqual({ label: "Sound", per: "minute" });
  expect(unitWords("per_parsec").label).toBe("per_parsec");
});
