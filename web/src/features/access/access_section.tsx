/** Roles and groups: what roles give, who is together in a group, who has what, and why. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { may } from "@/api/me";
import { Tabs } from "@/ui/tabs";
import { AskTab } from "./ask_tab";
import { GivenTab } from "./given_tab";
import { GroupsTab } from "./groups_tab";
import { RolesTab } from "./roles_tab";

export default function AccessSection() {
  const { tab = "roles" } = useSearch({ from: "/shell/settings" });
  const navigate = useNavigate();
  const groups = { id: "groups", label: "Groups", content: <GroupsTab /> };
  return (
    <Tabs
      label="Roles and groups"
      value={tab}
      className="min-h-0 grow [&_[role=tabpanel]>*]:max-w-240"
      onChange={(id) => void navigate({ to: ".", search: { tab: id } })}
      tabs={[
        { id: "roles", label: "Roles", content: <RolesTab /> },
        ...(may("members:read") ? [groups] : []),
        { id: "given", label: "Who has what", content: <GivenTab /> },
        { id: "ask", label: "Who can?", content: <AskTab /> },
      ]}
    />
  );
}
