/** What can be set, in groups; each part is loaded when it is opened. */
import { lazy } from "react";
import { may } from "@/api/me";
import type { Part } from "./parted_page";

export interface SettingsSection extends Part {
  group: string;
  /** The permission without which it is not offered. */
  needs?: string;
  /** For members of the organisation that runs the installation. */
  isHomeOnly?: boolean;
}

export const SECTIONS: SettingsSection[] = [
  {
    id: "models",
    label: "Models",
    group: "Workspace",
    needs: "providers:read",
    Content: lazy(() => import("./model_settings")),
  },
  {
    id: "rules",
    label: "Rules of the gate",
    group: "Workspace",
    needs: "gate:read",
    Content: lazy(() => import("./rule_settings")),
  },
  {
    id: "organisation",
    label: "Organisation",
    group: "Workspace",
    needs: "org:read",
    Content: lazy(() => import("@/features/organisation/organisation_section")),
  },
  {
    id: "members",
    label: "Members",
    group: "People and programs",
    needs: "members:read",
    Content: lazy(() => import("@/features/members/members_section")),
  },
  {
    id: "roles",
    label: "Roles and groups",
    group: "People and programs",
    needs: "roles:read",
    isFull: true,
    Content: lazy(() => import("@/features/access/access_section")),
  },
  {
    id: "identity",
    label: "Identity providers",
    group: "People and programs",
    needs: "sign-in:read",
    Content: lazy(() => import("@/features/federation/identity_section")),
  },
  {
    id: "services",
    label: "Service accounts",
    group: "People and programs",
    needs: "service-accounts:read",
    Content: lazy(() => import("@/features/keys/services_section")),
  },
  {
    id: "keys",
    label: "API keys",
    group: "People and programs",
    needs: "keys:use",
    Content: lazy(() => import("@/features/keys/keys_section")),
  },
  {
    id: "policies",
    label: "Policies",
    group: "Safety",
    needs: "policies:read",
    isFull: true,
    Content: lazy(() => import("@/features/policies/policies_section")),
  },
  {
    id: "consents",
    label: "Consents",
    group: "Safety",
    Content: lazy(() => import("@/features/policies/consents_section")),
  },
  {
    id: "secrets",
    label: "Secrets",
    group: "Safety",
    needs: "secrets:read",
    Content: lazy(() => import("@/features/secrets/secrets_section")),
  },
  {
    id: "limits",
    label: "Limits",
    group: "Safety",
    needs: "limits:read",
    Content: lazy(() => import("@/features/limits/limits_section")),
  },
  {
    id: "data",
    label: "Data and retention",
    group: "Safety",
    needs: "data:read",
    Content: lazy(() => import("@/features/privacy/data_section")),
  },
  {
    id: "audit",
    label: "Audit log",
    group: "Safety",
    needs: "audit:read",
    isFull: true,
    Content: lazy(() => import("@/features/audit/audit_section")),
  },
  {
    id: "organisations",
    label: "Organisations",
    group: "This installation",
    needs: "orgs:read",
    isHomeOnly: true,
    Content: lazy(() => import("@/features/organisation/installation_section")),
  },
  {
    id: "about",
    label: "About",
    group: "This installation",
    Content: lazy(() => import("./about_settings")),
  },
];

/** What this person may open. */
export function offered(sections: readonly SettingsSection[], isHome: boolean): SettingsSection[] {
  return sections.filter(
    ({ needs, isHomeOnly = false }) =>
      (needs === undefined || may(needs)) && (isHome || !isHomeOnly),
  );
}
