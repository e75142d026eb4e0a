import { describe, expect, it } from "vitest";
import { formFields, fromTyped, readJsonObject, toTyped } from "@/features/approvals/edit";

const PARAMETERS = {
  type: "object",
  required: ["command"],
  properties: {
    command: { type: "string", description: "What to run." },
    timeout: { type: "integer" },
    mode: { enum: ["fast", "slow"] },
    environment: { type: "object" },
    dry: { type: "boolean" },
  },
};

const CALL = { command: "make\nmake test", timeout: 5, environment: { A: "1" }, extra: "kept" };

describe("a call edited as a form", () => {
  const fields = formFields(PARAMETERS, CALL);

  it("has a field for every argument, also for those the schema does not know", () => {
    expect(fields.map((field) => [field.name, field.type])).toEqual([
      ["command", "long"],
      ["timeout", "integer"],
      ["mode", "choice"],
      ["environment", "json"],
      ["dry", "boolean"],
      ["extra", "text"],
    ]);
  });

  it("gives the same call back when nothing was typed", () => {
    expect(fromTyped(fields, toTyped(fields, CALL))).toEqual({ arguments: CALL, errors: {} });
  });

  it("says at each field what is wrong with it", () => {
    const typed = { timeout: "1.5", mode: "middling", environment: "{", dry: "1" };

    expect(Object.keys(fromTyped(fields, typed).errors)).toEqual([
      "command",
      "timeout",
      "mode",
      "environment",
      "dry",
    ]);
  });

  it("an emptied optional field is left out of the call, an empty text is not", () => {
    const edited = fromTyped(fields, { command: "", timeout: "" });

    expect(edited).toEqual({ arguments: { command: "" }, errors: {} });
  });
});

describe("a call edited as JSON", () => {
  it("must be one object", () => {
    expect(readJsonObject('{"a": 1}')).toEqual({ arguments: { a: 1 }, errors: {} });
    expect(readJsonObject("[1]").errors[""]).toMatch(/one JSON object/);
    expect(readJsonObject("{").errors[""]).toMatch(/Not valid JSON/);
  });
});
