import { useSyncExternalStore } from "react";
import { stored } from "./stored";

export type Theme = "system" | "light" | "dark";

const choice = stored<Theme>("cadre.theme", "system");
const dark = globalThis.matchMedia?.("(prefers-color-scheme: dark)");

function isDark(): boolean {
  const theme = choice.read();
  return theme === "dark" || (theme === "system" && dark?.matches === true);
}

function apply(): void {
  document.documentElement.dataset["theme"] = isDark() ? "dark" : "light";
}

export function startTheme(): void {
  dark?.addEventListener("change", apply);
  choice.subscribe(apply);
  apply();
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  return [useSyncExternalStore(choice.subscribe, choice.read), choice.write];
}

/** Whether the page is dark just now, by choice or as the system is. */
export function useIsDark(): boolean {
  return useSyncExternalStore(watchDark, isDark);
}

function watchDark(listener: () => void): () => void {
  const forget = choice.subscribe(listener);
  dark?.addEventListener("change", listener);
  return () => {
    forget();
    dark?.removeEventListener("change", listener);
  };
}
