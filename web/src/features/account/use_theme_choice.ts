import { useCallback } from "react";
import { type Theme, useTheme } from "@/lib/theme";
import { useChangeAccount } from "./queries";

/** The theme: at once here, and kept for the next browser. */
export function useThemeChoice(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useTheme();
  const { mutate } = useChangeAccount();
  const choose = useCallback(
    (next: Theme) => {
      setTheme(next);
      // A server that is away is no reason to stay in the glare: this browser has it anyway.
      mutate({ preferences: { theme: next } });
    },
    [setTheme, mutate],
  );
  return [theme, choose];
}
