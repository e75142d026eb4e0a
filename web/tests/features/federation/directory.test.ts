import { expect, it } from "vitest";
import type { Binding, ServiceAccount } from "@/features/access/queries";
import { directoriesOf, ROLE } from "@/features/federation/directory_queries";

it("knows a directory by its role, whatever it is called", () => {
  const account = (id: string) => ({ id, name: id }) as ServiceAccount;
  const binding = (role: string, kind: string, id: string) =>
    ({ role, subject: { kind, id } }) as Binding;

  const found = directoriesOf(
    [account("svc_1"), account("svc_2"), account("svc_3")],
    [
      binding(ROLE, "service", "svc_2"),
      binding("admin", "service", "svc_1"),
      binding(ROLE, "user", "svc_3"),
    ],
  );

  expect(found.map(({ id }) => id)).toEqual(["svc_2"]);
});
