import { afterEach, expect, test } from "vitest";
import { draftNames, dropDraft, keepDraft, readDraft } from "@/features/policies/drafts";

afterEach(() => localStorage.clear());

test("a policy and its tests are kept together, by name", () => {
  keepDraft("pay", { text: "a", tests: "b" });
  keepDraft("mail", { text: "c", tests: "" });

  expect(readDraft("pay")).toEqual({ text: "a", tests: "b" });
  expect(draftNames()).toEqual(["mail", "pay"]);

  dropDraft("pay");
  expect(readDraft("pay")).toBeNull();
});

test("what is no draft is not taken for one", () => {
  localStorage.setItem("cadre.policy_draft.pay", "{oops");
  localStorage.setItem("cadre.policy_draft.mail", '{"text": 1}');

  expect(readDraft("pay")).toBeNull();
  expect(readDraft("mail")).toBeNull();
});
