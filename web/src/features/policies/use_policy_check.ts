/** What the server thinks of a policy that is being written, once the person pauses. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, Problem } from "@/api/client";
import { type PolicyFault, readPolicyFault } from "./fault";
import type { Draft } from "./queries";

const STILL_MS = 500;

export function usePolicyCheck(draft: Draft, isOn: boolean): PolicyFault | null {
  const wanted = JSON.stringify(draft);
  const still = useStill(wanted);
  const isAsked = isOn && still === wanted;
  const { data } = useQuery({
    queryKey: ["policies", "check", still],
    queryFn: () => check(still),
    enabled: isAsked,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  });
  return isAsked ? (data?.fault ?? null) : null;
}

async function check(draft: string): Promise<{ fault: PolicyFault | null }> {
  try {
    await api.post("/policies/check", JSON.parse(draft));
    return { fault: null };
  } catch (error) {
    // Anything but a refusal of the policy says nothing about it.
    const isRefusal = error instanceof Problem && error.status === 422;
    return { fault: isRefusal ? readPolicyFault(error) : null };
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
