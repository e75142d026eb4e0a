/** What is typed into a route: kept in this browser until it is saved, tried before that. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Problem } from "@/api/client";
import { type Fault, readFault } from "@/features/definitions/fault";
import { stored } from "@/lib/stored";
import { checkRoute } from "./route_queries";

const STILL_MS = 400;
const keptOf = (name: string) => stored<string>(`cadre.route_draft.${name}`, "");

export function keepRouteDraft(name: string, yaml: string): void {
  keptOf(name).write(yaml);
}

export interface RouteDraft {
  yaml: string;
  saved: string;
  change: (yaml: string) => void;
  drop: () => void;
  isChanged: boolean;
  /** What was typed before and not saved is back, and nothing was typed since. */
  isBack: boolean;
}

export function useRouteDraft(name: string, saved: string): RouteDraft {
  const [kept] = useState(() => keptOf(name).read());
  const [yaml, setYaml] = useState(kept || saved);
  return {
    yaml,
    saved,
    change: (next) => {
      setYaml(next);
      keepRouteDraft(name, next === saved ? "" : next);
    },
    drop: () => keepRouteDraft(name, ""),
    isChanged: yaml !== saved,
    isBack: kept !== "" && yaml === kept && kept !== saved,
  };
}

export interface Checked {
  fault: Fault | null;
  /** Names in it that no model here has: allowed, but worth a word. */
  notes: string[];
}

const NOTHING: Checked = { fault: null, notes: [] };

/** What the server thinks of a draft, once the person pauses. */
export function useRouteCheck(yaml: string): Checked {
  const still = useStill(yaml, STILL_MS);
  const isAsked = still === yaml;
  const { data } = useQuery({
    queryKey: ["models", "route_check", still],
    queryFn: () => check(still),
    enabled: isAsked,
    staleTime: 60_000,
    gcTime: 60_000,
    retry: false,
  });
  return isAsked ? (data ?? NOTHING) : NOTHING;
}

async function check(yaml: string): Promise<Checked> {
  try {
    const { notes } = await checkRoute(yaml);
    return { fault: null, notes };
  } catch (error) {
    // Anything but a refusal of the text says nothing about it.
    const isRefusal = error instanceof Problem && error.status === 422;
    return isRefusal ? { fault: readFault(error, yaml), notes: [] } : NOTHING;
  }
}

/** The value once it has not changed for a moment. */
export function useStill<T>(value: T, milliseconds: number): T {
  const [still, setStill] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setStill(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return still;
}
