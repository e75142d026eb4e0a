/** Kinds of identity providers: what to enter of each, and where it is found. */
import type { IdentityProvider } from "./queries";

type KindName = IdentityProvider["kind"];

interface IssuerField {
  label: string;
  placeholder: string;
  hint: string;
  isNeeded: boolean;
}

export interface Kind {
  kind: KindName;
  title: string;
  /** Null: there is only one. */
  issuer: IssuerField | null;
  /** Where cadre is registered as a client. */
  where: string;
  /** What group rules compare with. */
  groups: string;
}

const OIDC: Kind = {
  kind: "oidc",
  title: "OpenID Connect",
  issuer: {
    label: "Issuer",
    placeholder: "https://acme.okta.com",
    hint: "As the provider writes it. Its configuration is read from there.",
    isNeeded: true,
  },
  where: "In the provider’s administration, as a web application with a client secret.",
  groups: "What its claim of groups holds.",
};

export const KINDS: readonly Kind[] = [
  {
    kind: "google",
    title: "Google",
    issuer: null,
    where: "In the Google Cloud console: Credentials, OAuth client ID, web application.",
    groups: "Google says no groups by itself.",
  },
  {
    kind: "microsoft",
    title: "Microsoft",
    issuer: {
      label: "Issuer",
      placeholder: "https://login.microsoftonline.com/TENANT/v2.0",
      hint: "TENANT is the id of your directory.",
      isNeeded: true,
    },
    where:
      "In the Entra admin center: App registrations, platform Web. Add the optional claims email and xms_edov to the ID token.",
    groups: "Object ids of groups, if the token is set up to hold them.",
  },
  {
    kind: "github",
    title: "GitHub",
    issuer: {
      label: "Address of GitHub Enterprise",
      placeholder: "https://github.com",
      hint: "Empty: github.com.",
      isNeeded: false,
    },
    where: "On GitHub: Settings, Developer settings, OAuth apps.",
    groups: "An organisation, or organisation/team. Needs the scope read:org.",
  },
  OIDC,
];

export function kindOf(name: KindName): Kind {
  return KINDS.find(({ kind }) => kind === name) ?? OIDC;
}
