/** Settings: what this person may see of them. */
import { useMe } from "@/api/me";
import { PartedPage } from "./parted_page";
import { offered, SECTIONS } from "./sections";

const HOME = "org_default";

export function SettingsPage() {
  const parts = offered(SECTIONS, useMe().org.id === HOME);
  return <PartedPage title="Settings" base="/settings" parts={parts} />;
}
