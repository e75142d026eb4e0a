import { expect, test } from "vitest";
import { keepMe } from "@/api/me";
import type { Me } from "@/api/types";
import { offered, SECTIONS } from "@/features/settings/sections";

function ids(...permissions: string[]): string[] {
  const me = { csrf: "", permissions, session: null, preferences: {}, user: { id: "user_1" } };
  keepMe(me as unknown as Me);
  return offered(SECTIONS, true).map(({ id }) => id);
}

test("what one may not see is not offered", () => {
  const shown = ids("agents:read");

  for (const hidden of ["policies", "audit", "limits", "secrets", "models", "rules", "identity"])
    expect(shown).not.toContain(hidden);
  expect(shown).toContain("consents");
});

test("each part is offered to who may read it", () => {
  expect(ids("audit:read")).toContain("audit");
  expect(ids("policies:*")).toContain("policies");
  expect(ids("gate:read", "providers:read")).toEqual(expect.arrayContaining(["rules", "models"]));
  expect(ids("*")).toEqual(expect.arrayContaining(["policies", "audit", "limits", "secrets"]));
});
