/** What the server thinks of a definition that is being written, once the person pauses. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, Problem } from "@/api/client";
import { type Fault, readFault } from "@/features/definitions/fault";

const STILL_MS = 400;

export function useCheck(name: string | null, yaml: string, isOn: boolean): Fault | null {
  const still = useStill(yaml);
  const isAsked = isOn && still === yaml;
  const { data } = useQuery({
    queryKey: ["agents", "check", name, still],
    queryFn: () => check(still),
    enabled: isAsked,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  });
  return isAsked ? (data?.fault ?? null) : null;
}

async function check(yaml: string): Promise<{ fault: Fault | null }> {
  try {
    await api.post("/agents/check", { yaml });
    return { fault: null };
  } catch (error) {
    // Anything but a refusal of the definition says nothing about it.
    const isRefusal = error instanceof Problem && error.status === 422;
    return { fault: isRefusal ? readFault(error, yaml) : null };
  }
}

function useStill(text: string): string {
  const [still, setStill] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setStill(text), STILL_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return still;
}
