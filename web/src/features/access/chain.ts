/** An answer of "who can" or "why" as chains of links that can be drawn. */
import { onWords } from "./permissions";
import type { Reason, Subject } from "./queries";

type LinkKind = "person" | "program" | "group" | "role" | "grant";

export interface ChainLink {
  kind: LinkKind;
  /** What stands before the name: "in the group". */
  label: string;
  name: string;
}

export type NameOf = (kind: Subject["kind"], id: string) => string;

/** From somebody through a group or not to the role and what it grants. */
export function chainOf(subject: Subject, reason: Reason, nameOf: NameOf): ChainLink[] {
  const name = nameOf(subject.kind, subject.id);
  const first: ChainLink =
    subject.kind === "service"
      ? { kind: "program", label: "program", name }
      : subject.kind === "group"
        ? { kind: "group", label: "group", name }
        : { kind: "person", label: "person", name };
  const through: ChainLink[] =
    reason.group && subject.kind !== "group"
      ? [{ kind: "group", label: "is in the group", name: nameOf("group", reason.group) }]
      : [];
  const { permission, resource } = reason.grant;
  const grant = permission === "*" ? "everything" : permission;
  const on = resource === "*" ? "" : ` on ${onWords([resource])}`;
  return [
    first,
    ...through,
    { kind: "role", label: "has the role", name: reason.role },
    { kind: "grant", label: "which gives", name: `${grant}${on}` },
  ];
}

/** A chain in words, for whoever can't see it. */
export function chainWords(chain: readonly ChainLink[]): string {
  return chain.map(({ label, name }, at) => (at === 0 ? name : `${label} ${name}`)).join(", ");
}
