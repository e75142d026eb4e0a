import { Radio } from "lucide-react";
import { duration } from "@/lib/format";
import { Button } from "@/ui/button";
import { toast } from "@/ui/toast";
import { useProbe } from "./health_queries";
import { price } from "./price_text";
import type { ProbeResult } from "./types";

interface Props {
  name: string;
  /** A provider is asked for its models, which costs nothing; a model for a word. */
  isProvider?: boolean;
}

export function ProbeButton({ name, isProvider = false }: Props) {
  const probe = useProbe();
  const send = () =>
    probe.mutate(name, {
      onSuccess: (result) =>
        toast(resultWords(result, isProvider), { isError: !result.ok, seconds: 8 }),
      onError: (error) => toast(`Not probed: ${error.message}`, { isError: true, seconds: 10 }),
    });
  return (
    <Button
      size="sm"
      icon={Radio}
      isBusy={probe.isPending}
      aria-label={`Probe now: ${name}`}
      onClick={send}
    >
      Probe now
    </Button>
  );
}

function resultWords(result: ProbeResult, isProvider: boolean): string {
  if (!result.ok) return result.detail;
  const cost = isProvider ? "" : `, cost ${price(result.cost_usd)}`;
  return `${result.name} answered in ${duration(result.seconds)}${cost}.`;
}
