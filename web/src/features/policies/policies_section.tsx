/** Policies: what decides whether a call is made, what it decided, and a place to try it. */
import { useSettingsSearch } from "@/features/settings/use_settings_search";
import { Tabs } from "@/ui/tabs";
import { Decisions } from "./decisions";
import { PolicyList } from "./policy_list";
import { PolicyPage } from "./policy_page";
import { TryCall } from "./try_call";

const OWN_TABS = ["decisions", "try"];

export default function PoliciesSection() {
  const { search, change } = useSettingsSearch();
  const tab = OWN_TABS.includes(search.tab ?? "") ? search.tab : undefined;
  if (search.open !== undefined && tab === undefined) {
    return <PolicyPage key={search.open} name={search.open} />;
  }
  return (
    <Tabs
      label="Policies"
      className="min-h-0 grow"
      value={tab ?? "policies"}
      onChange={(next) =>
        change({
          tab: next === "policies" ? undefined : next,
          open: undefined,
          effect: undefined,
          run: undefined,
        })
      }
      tabs={[
        { id: "policies", label: "Policies", content: <PolicyList /> },
        { id: "decisions", label: "Decisions", content: <Decisions /> },
        { id: "try", label: "Try a call", content: <TryCall /> },
      ]}
    />
  );
}
