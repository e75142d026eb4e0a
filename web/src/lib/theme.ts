import { useSyncExternalStore } from "react";
import { stored } from "./stored";

export type Theme = "system" | "light" | "dark";

const choice = stored<Theme>("cadre.theme", "system");
const dark = globalThis.matchMedia?.("(prefers-color-scheme: dark)");

function apply(): void {
  const theme = choice.read();
  const isDark = theme === "dark" || (theme === "system" && dark?.matches);
  document.documentElement.dataset["theme"] = isDark ? "dark" : "light";
}

export function startTheme(): void {
  dark?.addEventListener("change", apply);
  choice.subscribe(apply);
  apply();
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  return [useSyncExternalStore(choice.subscribe, choice.read), choice.write];
}
