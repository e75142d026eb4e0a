import { describe, expect, it } from "vitest";
import { covers, keepMe, may } from "@/api/me";
import type { Me } from "@/api/types";

describe("permissions", () => {
  it("are patterns in which a star stands for anything", () => {
    const covered = ["*", "runs:*", "*:read", "runs:read"].map((each) => covers(each, "runs:read"));
    const others = ["runs:write", "run", "agents:*", "runs.read"].map((each) =>
      covers(each, "runs:read"),
    );
    expect(covered).toEqual([true, true, true, true]);
    expect(others).toEqual([false, false, false, false]);
  });

  it("are those of whoever is signed in", () => {
    const preferences = { theme: "system", language: "", time_zone: "" };
    keepMe({
      csrf: "",
      user: { id: "usr_1" },
      preferences,
      permissions: ["members:read"],
      session: null,
    } as never as Me);
    expect([may("members:read"), may("members:write")]).toEqual([true, false]);
  });
});
