/** A provider as somebody fills it in, and what is sent of it. */
import { KINDS, kindOf } from "./kinds";
import type { IdentityProvider, ProviderInput } from "./queries";

export interface RuleDraft {
  value: string;
  /** "role:builder" or "group:grp_1"; empty: not chosen yet. */
  gives: string;
}

export interface ProviderDraft {
  kind: IdentityProvider["kind"];
  name: string;
  issuer: string;
  clientId: string;
  /** Null: the stored one stays. */
  secret: string | null;
  domains: string;
  createsUsers: boolean;
  defaultRole: string;
  groupsClaim: string;
  rules: RuleDraft[];
  onlyThisWay: boolean;
  trustsMfa: boolean;
  mfaAcr: string;
  scopes: string;
  enabled: boolean;
}

const EMPTY: ProviderDraft = {
  kind: "google",
  name: "Google",
  issuer: "",
  clientId: "",
  secret: "",
  domains: "",
  createsUsers: false,
  defaultRole: "user",
  groupsClaim: "",
  rules: [],
  onlyThisWay: false,
  trustsMfa: false,
  mfaAcr: "",
  scopes: "",
  enabled: true,
};

export function draftOf(provider: IdentityProvider | null): ProviderDraft {
  if (provider === null) return EMPTY;
  return {
    kind: provider.kind,
    name: provider.name,
    issuer: isGitHubItself(provider) ? "" : provider.issuer,
    clientId: provider.client_id,
    secret: provider.has_client_secret ? null : "",
    domains: provider.allowed_domains.join(", "),
    createsUsers: provider.creates_users,
    defaultRole: provider.default_role,
    groupsClaim: provider.groups_claim,
    rules: provider.group_map.map(({ value, role, group }) => ({
      value,
      gives: role ? `role:${role}` : `group:${group}`,
    })),
    onlyThisWay: provider.only_this_way,
    trustsMfa: provider.trusts_mfa,
    mfaAcr: provider.mfa_acr.join(" "),
    scopes: provider.scopes.join(" "),
    enabled: provider.enabled,
  };
}

/** Another kind: the name follows while nobody has written one; an issuer is of one kind only. */
export function ofKind(draft: ProviderDraft, kind: ProviderDraft["kind"]): ProviderDraft {
  const isOwnName = !KINDS.some(({ title }) => title === draft.name) && draft.name !== "";
  const name = isOwnName ? draft.name : kindOf(kind).title;
  return { ...draft, kind, name, issuer: "", scopes: "" };
}

/** What is missing, by the name of the field that the server would name. */
export function missing(draft: ProviderDraft): Record<string, string> {
  const found: Record<string, string> = {};
  const { issuer } = kindOf(draft.kind);
  if (draft.name.trim() === "") found["name"] = "Say what the button is called.";
  if (issuer?.isNeeded && draft.issuer.trim() === "")
    found["issuer"] = `Enter the issuer, such as ${issuer.placeholder}.`;
  if (draft.clientId.trim() === "") found["client_id"] = "Enter the client ID.";
  if (draft.rules.some(({ value, gives }) => value.trim() === "" || gives === ""))
    found["group_map"] = "Each rule needs a group of the provider and what it gives.";
  return found;
}

export function inputOf(draft: ProviderDraft): ProviderInput {
  const { issuer } = kindOf(draft.kind);
  return {
    name: draft.name.trim(),
    kind: draft.kind,
    issuer: (issuer && draft.issuer.trim()) || null,
    client_id: draft.clientId.trim(),
    client_secret: draft.secret,
    scopes: words(draft.scopes),
    allowed_domains: words(draft.domains),
    creates_users: draft.createsUsers,
    default_role: draft.defaultRole,
    groups_claim: draft.groupsClaim.trim(),
    group_map: draft.rules.map(({ value, gives }) => {
      const at = gives.indexOf(":");
      const [kind, id] = [gives.slice(0, at), gives.slice(at + 1)];
      return { value: value.trim(), ...(kind === "role" ? { role: id } : { group: id }) };
    }),
    only_this_way: draft.onlyThisWay,
    trusts_mfa: draft.trustsMfa,
    mfa_acr: words(draft.mfaAcr),
    enabled: draft.enabled,
  };
}

function words(text: string): string[] {
  return text.split(/[\s,;]+/u).filter(Boolean);
}

function isGitHubItself({ kind, issuer }: IdentityProvider): boolean {
  return kind === "github" && issuer === "https://github.com";
}
