import { CircleCheck, CircleDashed, CircleX } from "lucide-react";
import { type Step, stepsOf } from "./check";
import type { IdentityProvider, ProviderCheck } from "./queries";

const LOOKS = {
  works: { word: "works", icon: CircleCheck, color: "text-ok" },
  fails: { word: "fails", icon: CircleX, color: "text-bad" },
  unknown: { word: "not known", icon: CircleDashed, color: "text-ink-3" },
} as const;

interface Props {
  check: ProviderCheck;
  provider: IdentityProvider;
}

/** What a test found, a line for each step; and the one that only a person can try. */
export function CheckSteps({ check, provider }: Props) {
  return (
    <div role="status" className="max-w-150">
      <ul aria-label="What works" className="border-t border-line">
        {stepsOf(check, provider).map((step) => (
          <StepLine key={step.name} step={step} />
        ))}
      </ul>
      <p className="mt-2 text-12 text-ink-3">
        {check.ok
          ? "What only a sign-in shows: that the redirect address is registered and the secret is right. Try it in a private window."
          : "Nobody can sign in by it until this is put right."}
      </p>
    </div>
  );
}

function StepLine({ step: { name, state, text } }: { step: Step }) {
  const { word, icon: Icon, color } = LOOKS[state];
  return (
    <li className="grid grid-cols-[14px_minmax(96px,auto)_1fr] items-start gap-x-2 gap-y-0.5 border-b border-line py-1.5 md:grid-cols-[14px_160px_72px_1fr]">
      <Icon size={14} aria-hidden className={`mt-0.75 shrink-0 ${color}`} />
      <span className="font-medium">{name}</span>
      <span className={color}>{word}</span>
      <span className="min-w-0 break-words text-ink-2 max-md:col-span-2 max-md:col-start-2">
        {text}
      </span>
    </li>
  );
}
