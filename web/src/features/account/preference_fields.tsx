import { clsx } from "clsx";
import type { LucideIcon } from "lucide-react";
import { Monitor, Moon, Sun } from "lucide-react";
import { exactMoment } from "@/lib/format";
import type { Theme } from "@/lib/theme";
import { Field, Select } from "@/ui/field";
import { ErrorNote } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { type Preferences, type Profile, useChangeAccount } from "./queries";
import { languages, systemZone, timeZones } from "./regions";
import { useThemeChoice } from "./use_theme_choice";

/** Each choice counts at once, and the way back is offered. */
export function PreferenceFields({ profile }: { profile: Profile }) {
  const { preferences } = profile;
  const change = useChangeAccount();
  const choose = (wanted: Partial<Preferences>) => {
    const { language, time_zone } = preferences;
    const undo = () => change.mutate({ preferences: { language, time_zone } });
    change.mutate({ preferences: wanted }, { onSuccess: () => toast("Saved.", { onUndo: undo }) });
  };
  return (
    <div className="flex max-w-120 flex-col gap-4">
      <ThemeField />
      <Field
        label="Language of dates"
        hint={`Now: ${exactMoment(Date.now() / 1000)}. The words of the console are English.`}
      >
        {(ids) => (
          <Select
            {...ids}
            value={preferences.language}
            onChange={({ target }) => choose({ language: target.value })}
            className="max-w-80"
          >
            <option value="">English (as cadre ships)</option>
            {languages(preferences.language).map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="Time zone">
        {(ids) => (
          <Select
            {...ids}
            value={preferences.time_zone}
            onChange={({ target }) => choose({ time_zone: target.value })}
            className="max-w-80"
          >
            <option value="">As this browser: {systemZone()}</option>
            {timeZones(preferences.time_zone).map((name) => (
              <option key={name} value={name}>
                {name.replaceAll("_", " ")}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {change.error && <ErrorNote title="Not saved" error={change.error} />}
    </div>
  );
}

const THEMES: { value: Theme; label: string; icon: LucideIcon }[] = [
  { value: "system", label: "As the system", icon: Monitor },
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
];

function ThemeField() {
  const [theme, choose] = useThemeChoice();
  return (
    <fieldset>
      <legend className="mb-1 text-12 font-medium text-ink-2">Theme</legend>
      <div className="inline-flex rounded-md border border-line-strong/80 p-0.5">
        {THEMES.map(({ value, label, icon: Icon }) => (
          <label
            key={value}
            className={clsx(
              "flex h-7 cursor-pointer items-center gap-1.5 rounded-sm px-2.5 text-12 has-focus-visible:outline-2 has-focus-visible:outline-accent-line max-md:h-9",
              value === theme ? "bg-active font-medium text-ink" : "text-ink-2 hover:text-ink",
            )}
          >
            <input
              type="radio"
              name="theme"
              value={value}
              checked={value === theme}
              onChange={() => choose(value)}
              className="sr-only"
            />
            <Icon size={14} aria-hidden />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
