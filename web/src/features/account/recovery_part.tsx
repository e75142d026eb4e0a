import { useState } from "react";
import { api } from "@/api/client";
import type { components } from "@/api/schema";
import { RecoveryCodes } from "@/features/signin/recovery_codes";
import { Button } from "@/ui/button";
import { Fault } from "./fault";
import { useProved } from "./proof";
import { useOwnChange } from "./queries";

type Codes = components["schemas"]["RecoveryCodes"];

const FEW = 3;

export function RecoveryPart({ left }: { left: number }) {
  const [codes, setCodes] = useState<readonly string[]>([]);
  const proved = useProved();
  const make = useOwnChange(
    (_: undefined) => proved(() => api.post<Codes>("/account/mfa/recovery-codes")),
    ({ recovery_codes }) => setCodes(recovery_codes),
  );
  if (codes.length > 0)
    return (
      <div className="max-w-120">
        <RecoveryCodes codes={codes} onKept={() => setCodes([])} />
      </div>
    );
  return (
    <div className="flex flex-wrap items-center gap-3">
      <span className={left <= FEW ? "text-warn" : undefined}>
        {left === 0 ? "None left." : `${left} of 10 left.`}
      </span>
      <Button size="sm" isBusy={make.isPending} onClick={() => make.mutate(undefined)}>
        Make new ones
      </Button>
      <span className="text-12 text-ink-3">Those of before are worth nothing then.</span>
      <Fault error={make.error} />
    </div>
  );
}
