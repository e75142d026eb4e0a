import { expect, it } from "vitest";
import { halfOf, providersOf } from "@/features/signin/providers";

it("makes a way in of each provider, on this server only", () => {
  const start = "/api/v1/session/sso/idp_1/start";
  const said: Record<string, string>[] = [
    { id: "idp_1", name: "Okta", start },
    { id: "nowhere", name: "Nowhere" },
    { id: "evil", name: "Evil", start: "https://evil.example/" },
    { id: "evil2", name: "Evil", start: "//evil.example/" },
  ];
  expect(providersOf(said, undefined)).toEqual([{ name: "Okta", href: start }]);
  expect(providersOf(said, "/runs?q=a b")).toEqual([
    { name: "Okta", href: `${start}?back=%2Fruns%3Fq%3Da+b` },
  ]);
});

it("goes on with the second factor where a provider's sign-in leads back to it", () => {
  expect(halfOf("show", "totp,recovery")).toMatchObject({
    status: "mfa_needed",
    methods: ["totp", "recovery"],
  });
  expect(halfOf("set_up", undefined)).toMatchObject({ status: "mfa_set_up_needed", methods: [] });
  expect([halfOf(undefined, "totp"), halfOf("else", "totp")]).toEqual([null, null]);
});
