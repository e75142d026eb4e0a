import { expect, test } from "vitest";
import { filterOf, questionText, without } from "@/features/usage/filter";

test("of an address only what narrows is a filter", () => {
  expect(filterOf({ model: "a:b", span: "7d", by: "key", agent: "" })).toEqual({ model: "a:b" });
});

test("a table asks without its own dimension, so that the neighbours stay", () => {
  expect(questionText({ ...without({ model: "a:b", key: "k" }, "model") })).toBe("key=k");
});

test("having no name is asked for by the empty name", () => {
  expect(questionText({ agent: "(none)", key: undefined })).toBe("agent=");
});
