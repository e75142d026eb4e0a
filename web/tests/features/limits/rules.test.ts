import { expect, test } from "vitest";
import type { LimitRule, Used } from "@/features/limits/queries";
import { limitsOf, limitWords, numberFault, shareOf } from "@/features/limits/rules";

function rule(subject: string, requests = 100): LimitRule {
  return { subject, endpoints: "reads", requests, seconds: 60, is_default: true };
}

function window(subject: string, used: number, requests = 100): Used {
  return { subject, endpoints: "reads", used, requests, seconds: 60 };
}

test("a rule for each shows the fullest of its kind", () => {
  const [limit] = limitsOf([rule("key")], [window("key:a", 10), window("key:b", 60)]);

  expect(limit?.fullest?.subject).toBe("key:b");
});

test("what has a rule of its own counts under that one only", () => {
  const used = [window("key:a", 10), window("key:b", 5, 6)];

  const [each, own] = limitsOf([rule("key:b", 6), rule("key")], used);

  expect(each?.subject).toBe("key");
  expect(each?.fullest?.subject).toBe("key:a");
  expect(own?.fullest?.subject).toBe("key:b");
});

test("an address with colons is one id", () => {
  const [limit] = limitsOf([rule("address:2001:db8::1")], []);

  expect(limit?.kind).toBe("address");
  expect(limit?.subjectId).toBe("2001:db8::1");
});

test("a limit of none is full as soon as somebody asks", () => {
  expect(shareOf({ used: 0, requests: 0 })).toBe(0);
  expect(shareOf({ used: 1, requests: 0 })).toBe(1);
  expect(limitWords({ requests: 0, seconds: 60 })).toBe("none at all");
  expect(limitWords({ requests: 3000, seconds: 60 })).toBe("3,000 in a minute");
});

test("only whole numbers within bounds are numbers here", () => {
  expect(numberFault("12", 0, 100)).toBeNull();
  for (const wrong of ["", "1.5", "-1", "101", "many"]) {
    expect(numberFault(wrong, 0, 100)).not.toBeNull();
  }
});
