import { describe, expect, it } from "vitest";
import { chainOf, chainWords } from "@/features/access/chain";

const NAMES: Record<string, string> = { usr_1: "Ada", grp_1: "Support", svc_1: "nightly import" };
const nameOf = (_: string, id: string) => NAMES[id] ?? id;
const GRANT = { permission: "agents:run", resource: "agent:support-*" };

describe("chainOf", () => {
  it("leads from a person through a group to what its role gives", () => {
    const reason = { binding: "bnd_1", role: "support-lead", group: "grp_1", grant: GRANT };

    const chain = chainOf({ kind: "user", id: "usr_1" }, reason, nameOf);

    expect(chain.map(({ kind, name }) => [kind, name])).toEqual([
      ["person", "Ada"],
      ["group", "Support"],
      ["role", "support-lead"],
      ["grant", "agents:run on agent support-*"],
    ]);
    expect(chainWords(chain)).toBe(
      "Ada, is in the group Support, has the role support-lead, which gives agents:run on agent support-*",
    );
  });

  it("does not tell a group that it is in itself", () => {
    const reason = { binding: "bnd_1", role: "user", group: "grp_1", grant: GRANT };

    expect(chainOf({ kind: "group", id: "grp_1" }, reason, nameOf)).toHaveLength(3);
  });

  it("says everything for the pattern of an owner", () => {
    const grant = { permission: "*", resource: "*" };
    const reason = { binding: "bnd_1", role: "owner", group: null, grant };

    const chain = chainOf({ kind: "service", id: "svc_1" }, reason, nameOf);

    expect(chain[0]?.kind).toBe("program");
    expect(chain.at(-1)?.name).toBe("everything");
  });
});
