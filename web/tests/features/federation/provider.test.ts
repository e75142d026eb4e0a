import { describe, expect, it } from "vitest";
import { stepsOf } from "@/features/federation/check";
import { draftOf, inputOf, missing, ofKind } from "@/features/federation/draft";
import type { IdentityProvider, ProviderCheck } from "@/features/federation/queries";

const OKTA: IdentityProvider = {
  id: "idp_1",
  name: "Okta",
  kind: "oidc",
  issuer: "https://acme.okta.com",
  client_id: "cadre",
  has_client_secret: true,
  scopes: ["openid", "email"],
  allowed_domains: ["acme.example", "acme.org"],
  creates_users: true,
  default_role: "user",
  groups_claim: "groups",
  group_map: [
    { value: "platform", role: "builder" },
    { value: "staff", group: "grp_1" },
  ],
  only_this_way: false,
  trusts_mfa: true,
  mfa_acr: ["phr"],
  enabled: true,
  created_at: 0,
  updated_at: 0,
  redirect_uri: "https://cadre.example/callback",
  sign_out_uri: "https://cadre.example/signin",
};

describe("a provider as it is edited", () => {
  it("goes back as it came, and its secret not at all", () => {
    const sent = inputOf(draftOf(OKTA));

    const { id, has_client_secret, created_at, updated_at, redirect_uri, sign_out_uri, ...rest } =
      OKTA;
    expect(sent).toEqual({ ...rest, client_secret: null });
  });

  it("reads domains and scopes however they are separated", () => {
    const draft = {
      ...draftOf(null),
      domains: "a.example, b.example;c.example\n",
      scopes: " x y ",
    };

    expect(inputOf(draft)).toMatchObject({
      allowed_domains: ["a.example", "b.example", "c.example"],
      scopes: ["x", "y"],
    });
  });

  it("has an issuer only where there is more than one", () => {
    const google = { ...draftOf(null), issuer: "https://other.example" };

    expect(inputOf(google).issuer).toBeNull();
    expect(draftOf({ ...OKTA, kind: "github", issuer: "https://github.com" }).issuer).toBe("");
    expect(draftOf(OKTA).issuer).toBe("https://acme.okta.com");
  });

  it("is called as its kind until somebody writes a name", () => {
    const fresh = draftOf(null);

    expect(ofKind(fresh, "github").name).toBe("GitHub");
    expect(ofKind({ ...fresh, name: "Staff" }, "github").name).toBe("Staff");
  });

  it("says what is missing under the names of the server", () => {
    const empty = {
      ...ofKind(draftOf(null), "oidc"),
      name: " ",
      rules: [{ value: "x", gives: "" }],
    };

    expect(Object.keys(missing(empty))).toEqual(["name", "issuer", "client_id", "group_map"]);
    expect(missing({ ...draftOf(OKTA) })).toEqual({});
  });
});

const FOUND: ProviderCheck = {
  ok: true,
  problems: [],
  authorization_endpoint: "https://acme.okta.com/authorize",
  keys: 2,
  algorithms: ["RS256"],
};

describe("the steps of a test", () => {
  const states = (check: Partial<ProviderCheck>, provider: Partial<IdentityProvider> = {}) =>
    stepsOf({ ...FOUND, ...check }, { ...OKTA, ...provider }).map(({ name, state }) => [
      name,
      state,
    ]);

  it("all work where nothing was found", () => {
    expect(states({}).every(([, state]) => state === "works")).toBe(true);
  });

  it("end where the provider could not be read", () => {
    const failed = { ok: false, problems: ["No answer."], authorization_endpoint: null, keys: 0 };

    expect(states(failed)).toEqual([
      ["Client secret", "works"],
      ["Configuration and keys", "fails"],
      ["Signatures", "unknown"],
    ]);
  });

  it("name the one that fails", () => {
    const unsigned = {
      ok: false,
      problems: ["The provider signs with no algorithm that is taken."],
      algorithms: [],
    };

    expect(
      states({ ok: false, keys: 0, problems: ["The provider lists no keys."] }),
    ).toContainEqual(["Keys", "fails"]);
    expect(states(unsigned)).toContainEqual(["Signatures", "fails"]);
  });

  it("of GitHub are others", () => {
    const problems = ["There is no client secret."];
    const bare = { kind: "github", has_client_secret: false } as const;

    expect(states({ ok: false, problems }, bare)).toEqual([
      ["Client secret", "fails"],
      ["GitHub", "works"],
    ]);
  });
});
