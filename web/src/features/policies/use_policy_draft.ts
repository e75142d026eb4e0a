/** A policy and its tests as they are typed, checked while one pauses, saved together. */
import { useState } from "react";
import { toast } from "@/ui/toast";
import { dropDraft, keepDraft, readDraft, type Typed } from "./drafts";
import { type PolicyFault, readPolicyFault } from "./fault";
import { type Draft, useSavePolicy } from "./queries";
import { usePolicyCheck } from "./use_policy_check";

/** Of what the server says of a policy, only what is typed. */
function textsOf({ text, tests }: Typed): Typed {
  return { text, tests };
}

export interface PolicyDraft {
  draft: Draft;
  isNew: boolean;
  isChanged: boolean;
  /** It was typed at an earlier visit. */
  isBack: boolean;
  change: (part: Partial<Typed>) => void;
  discard: () => void;
  save: () => void;
  fault: PolicyFault | null;
  error: Error | null;
  isPending: boolean;
}

/** `saved` is null for a policy that the server has not seen yet. */
export function usePolicyDraft(name: string, saved: Typed | null, initial: Typed): PolicyDraft {
  const [kept] = useState(() => readDraft(name));
  const base = textsOf(saved ?? initial);
  const [typed, setTyped] = useState<Typed>(kept ?? base);
  const [refused, setRefused] = useState<{ typed: Typed; fault: PolicyFault } | null>(null);
  const save = useSavePolicy();
  const isChanged = typed.text !== base.text || typed.tests !== base.tests;
  const draft = { name, ...typed };
  const checked = usePolicyCheck(draft, isChanged || saved === null);

  const set = (next: Typed) => {
    setTyped(next);
    const isSaved = saved !== null && next.text === saved.text && next.tests === saved.tests;
    if (isSaved) dropDraft(name);
    else keepDraft(name, next);
  };
  const send = () =>
    save.mutate(draft, {
      onSuccess: (detail) => {
        dropDraft(name);
        toast(`Saved as version ${detail.version}. It is a draft until you put it in force.`);
      },
      onError: (error) => setRefused({ typed, fault: readPolicyFault(error) }),
    });

  return {
    draft,
    isNew: saved === null,
    isChanged,
    isBack: kept !== null && saved !== null && isChanged && typed === kept,
    change: (part) => set({ ...typed, ...part }),
    discard: () => set(base),
    save: send,
    fault: refused?.typed === typed ? refused.fault : checked,
    error: save.error,
    isPending: save.isPending,
  };
}
