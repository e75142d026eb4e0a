import { useNavigate, useSearch } from "@tanstack/react-router";
import type { SETTINGS_SEARCH } from "./search_names";

export type SettingsSearch = {
  [Name in (typeof SETTINGS_SEARCH)[number]]?: string | undefined;
};

/** The address of a part of settings, and how to change it. */
export function useSettingsSearch() {
  const search: SettingsSearch = useSearch({ from: "/shell/settings" });
  const navigate = useNavigate();
  const change = (changes: SettingsSearch, replace = true) =>
    void navigate({
      to: ".",
      search: (before: SettingsSearch) => ({ ...before, ...changes }),
      replace,
    });
  return { search, change };
}
