/** Permissions as people read them: by what they are about, in sentences, on which things. */
import { covers } from "@/api/me";
import type { Grant, PermissionInfo } from "./queries";

/** What a permission is about, where its name is not yet the word for it. */
const WORDS: Record<string, string> = {
  data: "Personal data",
  gate: "Gate",
  keys: "API keys",
  org: "Organisation",
  orgs: "All organisations",
};

/** Kinds of things that somebody makes and has of their own. */
const OWN = ["conversation", "run"];

export const ANYTHING = "*";

export function aboutOf(permission: string): string {
  return permission.split(":")[0] ?? permission;
}

export function aboutWords(about: string): string {
  const word = WORDS[about] ?? about.replaceAll("-", " ");
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** An example of a pattern for permissions that can be given on single things; null for others. */
export function patternFor({ kinds }: Pick<PermissionInfo, "kinds">): string | null {
  const kind = kinds[0];
  if (kind === undefined) return null;
  return OWN.includes(kind) ? "own" : `${kind}:name-*`;
}

/** By what they are about, in the order in which they come. */
export function byAbout<Item extends { permission: string }>(
  permissions: readonly Item[],
): [string, Item[]][] {
  const groups = new Map<string, Item[]>();
  for (const each of permissions) {
    const about = aboutOf(each.permission);
    groups.set(about, [...(groups.get(about) ?? []), each]);
  }
  return [...groups];
}

interface Given extends PermissionInfo {
  on: string[];
}

/** What `grants` come to: each permission that they give, and the things that they give it on. */
export function givenBy(grants: readonly Grant[], permissions: readonly PermissionInfo[]): Given[] {
  return permissions.flatMap((each) => {
    const on = grants
      .filter(({ permission }) => covers(permission, each.permission))
      .map(({ resource }) => resource);
    if (on.length === 0) return [];
    return [{ ...each, on: on.includes(ANYTHING) ? [ANYTHING] : [...new Set(on)] }];
  });
}

/** "everything", "their own", "agent support-*". */
export function onWords(resources: readonly string[]): string {
  const words = resources.map((each) => {
    if (each === ANYTHING) return "everything";
    if (each === "own") return "their own";
    const [kind = "", ...rest] = each.split(":");
    const name = rest.join(":");
    return name === ANYTHING
      ? `any ${kind.replace("-", " ")}`
      : `${kind.replace("-", " ")} ${name}`;
  });
  return words.join(" and ");
}

/** What is ticked, each with the things it is on as somebody types them; empty: everything. */
export type Ticked = Record<string, string>;

export function tickedBy(grants: readonly Grant[], permissions: readonly PermissionInfo[]): Ticked {
  return Object.fromEntries(
    givenBy(grants, permissions).map(({ permission, on }) => [
      permission,
      on.includes(ANYTHING) ? "" : on.join(", "),
    ]),
  );
}

export function grantsOf(ticked: Ticked): Grant[] {
  return Object.entries(ticked).flatMap(([permission, on]) => {
    const resources = on.split(/[\s,]+/u).filter(Boolean);
    return (resources.length > 0 ? resources : [ANYTHING]).map((resource) => ({
      permission,
      resource,
    }));
  });
}
