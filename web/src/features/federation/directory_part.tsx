import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { KeyRound } from "lucide-react";
import { may } from "@/api/me";
import {
  bindingsQuery,
  rolesQuery,
  type ServiceAccount,
  servicesQuery,
} from "@/features/access/queries";
import { KeyList } from "@/features/keys/key_list";
import { keysQuery, type NewKey } from "@/features/keys/queries";
import { Section } from "@/features/settings/section";
import { Button } from "@/ui/button";
import { CopyLine } from "@/ui/copy_line";
import { ErrorNote } from "@/ui/notes";
import { Badge } from "@/ui/status";
import { directoriesOf, NEEDED, SCIM, useNewToken, useSetUpDirectory } from "./directory_queries";

const SEEN = ["roles:read", "service-accounts:read", "keys:read"];

/** Where a directory sends what it knows, and what it proves itself with. */
export function DirectoryPart() {
  const enabled = SEEN.every(may);
  const roles = useQuery({ ...rolesQuery, enabled });
  const accounts = useQuery({ ...servicesQuery, enabled });
  const bindings = useQuery({ ...bindingsQuery, enabled });
  const setUp = useSetUpDirectory();
  const error = roles.error ?? accounts.error ?? bindings.error;
  const known = roles.data && accounts.data && bindings.data;
  const directories = known ? directoriesOf(accounts.data, bindings.data) : [];
  return (
    <Section
      title="Directory"
      hint="Okta, Entra ID or another directory adds, changes and suspends people here by itself, over SCIM 2.0."
    >
      <div className="flex max-w-150 flex-col gap-1">
        <span className="text-12 font-medium text-ink-2">Address</span>
        <CopyLine text={globalThis.location.origin + SCIM} label="the address" />
        <p className="text-12 text-ink-3">
          To enter there as the base URL, with a token as bearer token.
        </p>
      </div>
      {error && <ErrorNote title="The tokens could not be read" error={error} className="mt-4" />}
      {directories.map((account) => (
        <Tokens key={account.id} account={account} fresh={setUp.data ?? null} />
      ))}
      {known && directories.length === 0 && NEEDED.every(may) && (
        <div className="mt-4">
          <Button
            icon={KeyRound}
            isBusy={setUp.isPending}
            onClick={() => setUp.mutate({ roles: roles.data, accounts: accounts.data })}
          >
            Make a token
          </Button>
          <p className="mt-1 max-w-150 text-12 text-ink-3">
            Of a service account “Directory” with a role “directory”, which may manage members and
            nothing else.
          </p>
        </div>
      )}
      {directories.length === 0 && !NEEDED.every(may) && (
        <p className="mt-4 text-ink-2">
          Somebody who may manage roles, service accounts and keys makes its token.
        </p>
      )}
      {setUp.error && <ErrorNote title="No token was made" error={setUp.error} className="mt-4" />}
    </Section>
  );
}

function Tokens({ account, fresh }: { account: ServiceAccount; fresh: NewKey | null }) {
  const keys = useQuery({ ...keysQuery, enabled: may("keys:read") }).data ?? [];
  const own = keys.filter(({ owner }) => owner.kind === "service" && owner.id === account.id);
  const make = useNewToken();
  const made = make.data ?? (fresh?.owner.id === account.id ? fresh : null);
  return (
    <div className="mt-5">
      <div className="mb-1.5 flex flex-wrap items-center gap-2">
        <h3 className="text-12 font-medium text-ink-2">Tokens of {account.name}</h3>
        {account.disabled && <Badge tone="warn">Disabled</Badge>}
        <Link
          to="/settings/$section"
          params={{ section: "services" }}
          search={{ open: account.id }}
          className="text-12 text-accent-text hover:underline"
        >
          Its service account
        </Link>
      </div>
      {made && <FreshToken token={made.key} />}
      {own.length > 0 && <KeyList label={`Tokens of ${account.name}`} keys={own} />}
      {own.length === 0 && !made && (
        <p className="text-ink-2">None: the directory can’t come in.</p>
      )}
      {may("keys:write") && (
        <Button
          size="sm"
          icon={KeyRound}
          className="mt-2"
          isBusy={make.isPending}
          onClick={() => make.mutate(account.id)}
        >
          Make another token
        </Button>
      )}
      {make.error && <ErrorNote title="No token was made" error={make.error} className="mt-2" />}
    </div>
  );
}

function FreshToken({ token }: { token: string }) {
  return (
    <div role="status" className="mb-3 max-w-150 rounded-lg border border-line bg-canvas p-4">
      <p className="mb-2 font-medium">The token is shown this once. Copy it now.</p>
      <span data-testid="fresh-token">
        <CopyLine text={token} label="the token" isWhole className="bg-surface!" />
      </span>
    </div>
  );
}
