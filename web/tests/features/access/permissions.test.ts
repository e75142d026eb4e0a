import { describe, expect, it } from "vitest";
import {
  aboutWords,
  byAbout,
  givenBy,
  grantsOf,
  onWords,
  patternFor,
  tickedBy,
} from "@/features/access/permissions";

const ALL = ["agents:read", "agents:run", "models:use", "runs:read"].map((permission) => ({
  permission,
  description: `${permission}.`,
  kinds: [],
}));

describe("givenBy", () => {
  it("spells a pattern out as the permissions that it gives", () => {
    const given = givenBy([{ permission: "agents:*", resource: "agent:support-*" }], ALL);

    expect(given.map(({ permission, on }) => [permission, on])).toEqual([
      ["agents:read", ["agent:support-*"]],
      ["agents:run", ["agent:support-*"]],
    ]);
  });

  it("says everything once, where something is given on more besides", () => {
    const grants = [
      { permission: "runs:read", resource: "own" },
      { permission: "*", resource: "*" },
    ];

    expect(givenBy(grants, ALL).every(({ on }) => on.length === 1 && on[0] === "*")).toBe(true);
  });
});

describe("what is ticked", () => {
  const grants = [
    { permission: "agents:run", resource: "agent:a" },
    { permission: "agents:run", resource: "agent:b-*" },
    { permission: "models:use", resource: "*" },
  ];

  it("is what is stored, and comes back as it was", () => {
    const ticked = tickedBy(grants, ALL);

    expect(ticked).toEqual({ "agents:run": "agent:a, agent:b-*", "models:use": "" });
    expect(grantsOf(ticked)).toEqual(grants);
  });

  it("gives everything where no thing is named", () => {
    expect(grantsOf({ "runs:read": "  " })).toEqual([{ permission: "runs:read", resource: "*" }]);
  });
});

describe("words", () => {
  it.each([
    [["*"], "everything"],
    [["own"], "their own"],
    [["agent:support-*", "run:*"], "agent support-* and any run"],
    [["service-account:svc_1"], "service account svc_1"],
  ])("%j is %j", (resources, words) => {
    expect(onWords(resources)).toBe(words);
  });

  it("groups by what a permission is about, in order", () => {
    expect(byAbout(ALL).map(([about, own]) => [aboutWords(about), own.length])).toEqual([
      ["Agents", 2],
      ["Models", 1],
      ["Runs", 1],
    ]);
  });

  it("offers a pattern only where one can count", () => {
    expect(patternFor({ kinds: ["agent"] })).toBe("agent:name-*");
    expect(patternFor({ kinds: ["conversation", "run"] })).toBe("own");
    expect(patternFor({ kinds: [] })).toBeNull();
  });
});
