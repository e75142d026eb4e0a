import { describe, expect, it } from "vitest";
import { eventParser, type ServerEvent } from "@/lib/sse";

function parse(...pieces: string[]): ServerEvent[] {
  const events: ServerEvent[] = [];
  const feed = eventParser({ onEvent: (event) => events.push(event), onRetry: () => {} });
  for (const piece of pieces) feed(piece);
  return events;
}

describe("eventParser", () => {
  const WIRE =
    'retry: 1000\n\nevent: journal\nid: run_1:4\ndata: {"seq":4}\n\n: still here\n\nevent: live\ndata: {}\n\n';

  it("reads whole messages", () => {
    expect(parse(WIRE)).toEqual([
      { event: "journal", id: "run_1:4", data: '{"seq":4}' },
      { event: "live", id: null, data: "{}" },
    ]);
  });

  it("reads the same from pieces of any size", () => {
    for (const size of [1, 2, 3, 7, 16]) {
      const pieces = WIRE.match(new RegExp(`[\\s\\S]{1,${size}}`, "g")) ?? [];
      expect(parse(...pieces)).toEqual(parse(WIRE));
    }
  });

  it("takes all three kinds of line ends, even cut in the middle", () => {
    expect(parse("data: a\r", "\n\r\n", "data: b\r\rdata: c\n\n").map(({ data }) => data)).toEqual([
      "a",
      "b",
      "c",
    ]);
  });

  it("joins several data lines and gives nothing for a message without data", () => {
    expect(parse("data: a\ndata: b\n\nevent: end\n\n")).toEqual([
      { event: "message", id: null, data: "a\nb" },
    ]);
  });
});
