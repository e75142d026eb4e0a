/** Settings: models, keys, the rules of the gate, and what this installation has. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { PaneHeader } from "@/ui/panes";
import { Tabs } from "@/ui/tabs";
import { AboutSettings } from "./about_settings";
import { KeySettings } from "./key_settings";
import { ModelSettings } from "./model_settings";
import { RuleSettings } from "./rule_settings";

const TABS = [
  { id: "models", label: "Models", Content: ModelSettings },
  { id: "keys", label: "API keys", Content: KeySettings },
  { id: "rules", label: "Rules of the gate", Content: RuleSettings },
  { id: "about", label: "About", Content: AboutSettings },
];

export function SettingsPage() {
  const { tab } = useSearch({ from: "/shell/settings" });
  const navigate = useNavigate();
  return (
    <div className="flex h-full min-w-0 flex-col">
      <PaneHeader title="Settings" />
      <Tabs
        label="Settings"
        className="grow"
        value={TABS.some(({ id }) => id === tab) ? (tab ?? "models") : "models"}
        onChange={(next) => void navigate({ to: "/settings", search: { tab: next } })}
        tabs={TABS.map(({ id, label, Content }) => ({
          id,
          label,
          content: (
            <div className="max-w-240">
              <Content />
            </div>
          ),
        }))}
      />
    </div>
  );
}
