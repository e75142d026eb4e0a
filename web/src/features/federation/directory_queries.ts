/** A directory that keeps people up to date (SCIM): a program with a role and a key of its own. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Binding, Role, ServiceAccount } from "@/features/access/queries";
import type { NewKey } from "@/features/keys/queries";

export const ROLE = "directory";
const NAME = "Directory";
const DESCRIPTION = "Keeps the members up to date, over SCIM.";

export const SCIM = "/api/v1/scim/v2";

/** What whoever sets it up has to be allowed. */
export const NEEDED = ["roles:write", "service-accounts:write", "keys:write", "members:write"];

/** The service accounts that act as a directory. */
export function directoriesOf(
  accounts: readonly ServiceAccount[],
  bindings: readonly Binding[],
): ServiceAccount[] {
  const ids = new Set(
    bindings
      .filter(({ role, subject }) => role === ROLE && subject.kind === "service")
      .map(({ subject }) => subject.id),
  );
  return accounts.filter(({ id }) => ids.has(id));
}

interface Known {
  roles: readonly Role[];
  accounts: readonly ServiceAccount[];
}

/** Role, account, binding, key: each only where it is not there yet, so that a second try goes on. */
async function setUp({ roles, accounts }: Known): Promise<NewKey> {
  if (!roles.some(({ name }) => name === ROLE)) {
    const description = "Adds, changes and suspends people for a directory, over SCIM.";
    const grants = [{ permission: "members:write" }, { permission: "members:read" }];
    await api.put<Role>(`/roles/${ROLE}`, { description, grants });
  }
  // Only one that was made here: what else has the name shall not manage members by surprise.
  const begun = accounts.find((each) => each.name === NAME && each.description === DESCRIPTION);
  const wanted = { name: NAME, description: DESCRIPTION };
  const account = begun ?? (await api.post<ServiceAccount>("/service-accounts", wanted));
  const subject = { kind: "service", id: account.id };
  await api.post<Binding>("/role-bindings", { subject, role: ROLE });
  return newToken(account.id);
}

function newToken(account: string): Promise<NewKey> {
  return api.post<NewKey>("/keys", { name: "SCIM", service_account: account });
}

function useTokenChange<Input>(make: (input: Input) => Promise<NewKey>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: make,
    onSettled: () => {
      for (const key of ["access", "keys"]) void queries.invalidateQueries({ queryKey: [key] });
    },
  });
}

export const useSetUpDirectory = () => useTokenChange(setUp);

export const useNewToken = () => useTokenChange(newToken);
