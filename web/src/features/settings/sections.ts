/** What can be set, in groups; each part is loaded when it is opened. */
import { type ComponentType, lazy } from "react";

export interface SettingsSection {
  /** As in its address. */
  id: string;
  label: string;
  group: string;
  Content: ComponentType;
}

export const SECTIONS: SettingsSection[] = [
  {
    id: "models",
    label: "Models",
    group: "Workspace",
    Content: lazy(() => import("./model_settings")),
  },
  {
    id: "rules",
    label: "Rules of the gate",
    group: "Workspace",
    Content: lazy(() => import("./rule_settings")),
  },
  {
    id: "keys",
    label: "API keys",
    group: "People and programs",
    Content: lazy(() => import("./key_settings")),
  },
  {
    id: "about",
    label: "About",
    group: "This installation",
    Content: lazy(() => import("./about_settings")),
  },
];

export const FIRST = SECTIONS[0] as SettingsSection;

/** Groups in the order in which they are met. */
export function grouped(sections: readonly SettingsSection[]): [string, SettingsSection[]][] {
  const groups = new Map<string, SettingsSection[]>();
  for (const each of sections) groups.set(each.group, [...(groups.get(each.group) ?? []), each]);
  return [...groups];
}
