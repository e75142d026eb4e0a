import { Link } from "@tanstack/react-router";
import { clsx } from "clsx";
import { ChevronRight, CircleQuestionMark, CircleX, LoaderCircle } from "lucide-react";
import { useState } from "react";
import { duration } from "@/lib/format";
import { useNow } from "@/lib/use_now";
import { CodeBlock } from "@/ui/code_block";
import { toolWords, type Words } from "./tool_words";
import type { StepItem } from "./transcript";

/** One thing that was done: a quiet line that opens to what went in and what came out. */
export function StepLine({ step }: { step: StepItem }) {
  const [isOpen, setOpen] = useState(false);
  const words = toolWords(step.kind, step.name, step.input);
  const isRunning = step.status === "running";
  return (
    <li className="min-w-0">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className="group/step -mx-2 flex h-7 w-[calc(100%+16px)] min-w-0 items-center gap-2 rounded-md px-2 text-left text-ink-2 transition-colors duration-120 hover:bg-hover hover:text-ink max-md:h-9"
      >
        <StepIcon step={step} words={words} />
        <span className={clsx("shrink-0", isRunning && "text-ink")}>
          {isRunning ? words.now : words.past}
        </span>
        <code className="min-w-0 truncate text-12 text-ink-3">{words.subject}</code>
        <span className="ml-auto flex shrink-0 items-center gap-1.5 pl-2 text-12 text-ink-3">
          {step.status === "failed" && <span className="text-bad">failed</span>}
          {step.status === "unknown" && <span className="text-warn">outcome unknown</span>}
          <Taken step={step} />
          <ChevronRight
            size={14}
            aria-hidden
            className={clsx(
              "transition-transform duration-120",
              isOpen ? "rotate-90" : "opacity-0 group-hover/step:opacity-100 max-md:opacity-100",
            )}
          />
        </span>
      </button>
      {isRunning && !isOpen && <Happening step={step} />}
      {isOpen && <StepDetail step={step} words={words} />}
    </li>
  );
}

function StepIcon({ step, words }: { step: StepItem; words: Words }) {
  const look = { size: 14, "aria-hidden": true, strokeWidth: 1.75 } as const;
  if (step.status === "running")
    return <LoaderCircle {...look} className="spin-slow shrink-0 text-live" />;
  if (step.status === "failed") return <CircleX {...look} className="shrink-0 text-bad" />;
  if (step.status === "unknown")
    return <CircleQuestionMark {...look} className="shrink-0 text-warn" />;
  return <words.icon {...look} className="shrink-0 text-ink-3" />;
}

function Taken({ step }: { step: StepItem }) {
  const now = useNow(step.status === "running" && step.startedAt !== null);
  if (step.startedAt === null) return null;
  const seconds = (step.endedAt ?? now) - step.startedAt;
  if (step.endedAt === null && seconds < 1) return null;
  return <span className="tabular">{duration(seconds)}</span>;
}

/** The last line that a running tool printed, or how far it says it is. */
function Happening({ step }: { step: StepItem }) {
  const line = step.progress?.text || step.text.trimEnd().split("\n").at(-1);
  if (!line) return null;
  return (
    <p className="flex h-5 min-w-0 items-center gap-2 pl-5.5 text-12 text-ink-3">
      {typeof step.progress?.fraction === "number" && (
        <progress
          className="h-1 w-24"
          value={step.progress.fraction}
          max={1}
          aria-label="Progress"
        />
      )}
      <code className="truncate">{line}</code>
    </p>
  );
}

function StepDetail({ step, words }: { step: StepItem; words: Words }) {
  const { input, rest } = splitInput(step.input, words);
  return (
    <div className="appear mt-1 mb-2 flex flex-col gap-2 pl-5.5">
      {input && (
        <CodeBlock
          code={input}
          language={words.code?.language ?? ""}
          title={words.code?.argument ?? "input"}
          maxHeight={280}
        />
      )}
      {rest && <CodeBlock code={rest} language="json" title="input" maxHeight={280} />}
      {step.text && (
        <CodeBlock
          code={step.text}
          title={step.status === "failed" ? "error" : "output"}
          maxHeight={320}
        />
      )}
      {step.childRunId && (
        <Link
          to="/runs/$id"
          params={{ id: step.childRunId }}
          className="text-12 text-accent-text hover:underline"
        >
          Open the run
        </Link>
      )}
    </div>
  );
}

/** The argument that is code by itself, and the other arguments as JSON. */
function splitInput(given: unknown, { code }: Words): { input: string; rest: string } {
  if (typeof given !== "object" || given === null)
    return { input: "", rest: given == null ? "" : String(given) };
  const entries = Object.entries(given as Record<string, unknown>);
  const others = entries.filter(([name]) => name !== code?.argument);
  const input = code ? String((given as Record<string, unknown>)[code.argument]) : "";
  return {
    input,
    rest: others.length > 0 ? JSON.stringify(Object.fromEntries(others), null, 2) : "",
  };
}
