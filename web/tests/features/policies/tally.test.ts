import { expect, test } from "vitest";
import type { Change, DryRun, Effect } from "@/features/policies/queries";
import { tally, turnOf } from "@/features/policies/tally";

function change(before: Effect, after: Effect): Change {
  const shared = { at: 0, run_id: null, agent: null, tool: "shell", shortened: false };
  const reasons = { before_reasons: [], after_reasons: [] };
  return { id: `${before} ${after}`, before, after, ...shared, ...reasons };
}

test("deny is stricter than ask, and ask than allow", () => {
  expect(turnOf(change("allow", "ask"))).toBe("stricter");
  expect(turnOf(change("ask", "deny"))).toBe("stricter");
  expect(turnOf(change("deny", "allow"))).toBe("looser");
  expect(turnOf(change("ask", "ask"))).toBe("kept");
});

test("what did not change is kept, and the three add up to all", () => {
  const changes = [change("allow", "deny"), change("allow", "ask"), change("deny", "ask")];
  const run: DryRun = { looked_at: 10, changes, counts: {} };

  const found = tally(run);

  expect(found).toEqual({ kept: 7, stricter: 2, looser: 1 });
});
