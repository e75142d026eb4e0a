import { Link } from "@tanstack/react-router";
import { Clock3, RotateCcw } from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { type ChatMessage, type FileRef, isOver, type Run } from "@/api/types";
import { count, duration, money } from "@/lib/format";
import { useNow } from "@/lib/use_now";
import { Button, buttonClass } from "@/ui/button";
import { CopyButton } from "@/ui/code_block";
import { ErrorNote } from "@/ui/notes";
import { Status } from "@/ui/status";
import { FileChips } from "./answer_files";
import { ApprovalInPlace } from "./approval_in_place";
import { Markdown } from "./markdown";
import { PictureCard } from "./picture_card";
import { sortFiles } from "./pictures";
import { Reasoning } from "./reasoning";
import type { RunLog } from "./run_log";
import { FoldLine, Steps } from "./steps";
import type { Item, StepItem } from "./transcript";

const UnknownInPlace = lazy(() => import("./unknown_in_place"));

interface Props {
  message: ChatMessage;
  items: Item[];
  log: RunLog | undefined;
  onOpenLog: () => void;
  onRetry: () => void;
}

export function Answer({ message, items, log, onOpenLog, onRetry }: Props) {
  const { run, assistant } = message;
  const isDone = isOver(run.status);
  const place = `/runs/${run.id}`;
  // What was watched stays as it is; what was over before is folded to a line.
  const [wasOver] = useState(isDone);
  const [isOpen, setOpen] = useState(false);
  const final = assistant?.text ?? "";
  const shown = isDone && final ? withoutFinal(items, final) : items;
  return (
    <article aria-label="Answer" aria-busy={!isDone} className="flex min-w-0 flex-col gap-3">
      {wasOver && run.steps > 1 && (
        <div>
          <FoldLine
            isOpen={isOpen && log !== undefined}
            onClick={() => {
              setOpen(!isOpen);
              if (!log) onOpenLog();
            }}
          >
            Worked for <span className="tabular">{duration(took(run))}</span>
          </FoldLine>
        </div>
      )}
      {(!wasOver || isOpen) &&
        grouped(shown).map((group) => (
          <Group key={group.key} group={group} place={place} runId={run.id} />
        ))}
      {!isDone && <State run={run} items={items} log={log} />}
      {isDone && <Final text={final} files={assistant?.files ?? []} place={place} />}
      {run.status === "failed" && <Failure run={run} onRetry={onRetry} />}
      {run.status === "cancelled" && <Stopped onRetry={onRetry} />}
      {isDone && <Footer run={run} text={final} />}
    </article>
  );
}

/** What was said in the end, and what was made. A picture that the text shows is not shown twice. */
function Final({ text, files, place }: { text: string; files: FileRef[]; place: string }) {
  const { pictures, others } = useMemo(() => sortFiles(files), [files]);
  const left = pictures.filter(({ formats }) => !formats.some(({ path }) => text.includes(path)));
  return (
    <>
      {text && <Markdown text={text} place={place} pictures={pictures} />}
      {left.map((picture) => (
        <PictureCard key={picture.name} picture={picture} place={place} />
      ))}
      {others.length > 0 && <FileChips files={others} place={place} />}
    </>
  );
}

type Grouped = { key: string; steps: StepItem[] } | { key: string; item: Exclude<Item, StepItem> };

/** Steps that follow each other become one list. */
function grouped(items: Item[]): Grouped[] {
  const groups: Grouped[] = [];
  for (const item of items) {
    const last = groups.at(-1);
    if (item.type !== "step") groups.push({ key: `${item.type} ${item.key}`, item });
    else if (last && "steps" in last) last.steps.push(item);
    else groups.push({ key: `steps ${item.key}`, steps: [item] });
  }
  return groups;
}

function Group({ group, place, runId }: { group: Grouped; place: string; runId: string }) {
  if ("steps" in group) return <Steps steps={group.steps} />;
  const { item } = group;
  if (item.type === "approval") return <ApprovalInPlace runId={runId} item={item} />;
  return (
    <>
      {item.reasoning && <Reasoning text={item.reasoning} isLive={item.isLive && !item.text} />}
      {item.text && <Markdown text={item.text} place={place} />}
    </>
  );
}

/** The last words of the journal are the answer: they are shown once. */
function withoutFinal(items: Item[], final: string): Item[] {
  const last = items.findLastIndex((item) => item.type === "text");
  const item = items[last];
  if (item?.type !== "text" || item.text.trim() !== final.trim()) return items;
  const reasoned = item.reasoning ? [{ ...item, text: "" }] : [];
  return [...items.slice(0, last), ...reasoned, ...items.slice(last + 1)];
}

/** One true sentence while nothing else moves. */
function State({ run, items, log }: { run: Run; items: Item[]; log: RunLog | undefined }) {
  const last = items.at(-1);
  const isTalking = last?.type === "text" && last.isLive && last.text !== "";
  const isActing = last?.type === "step" && last.status === "running";
  if (run.status === "waiting" && run.waiting_for) {
    const isAsked = items.some((item) => item.type === "approval" && item.decision === null);
    if (isAsked) return null;
    if (log && items.some((item) => item.type === "step" && item.status === "unknown")) {
      return (
        <Suspense>
          <UnknownInPlace run={run} log={log} />
        </Suspense>
      );
    }
    return (
      <p role="status" className="flex items-center gap-2 text-warn">
        <Clock3 size={14} aria-hidden className="shrink-0" />
        Waiting for {run.waiting_for.replace(/^waiting for /i, "")}
      </p>
    );
  }
  if (run.status === "queued") {
    return (
      <p role="status" className="flex items-center gap-2 text-ink-3">
        <Status status="queued" isIconOnly />
        {run.waiting_for ?? "Starting"}
      </p>
    );
  }
  if (isTalking || isActing) return null;
  return <Working since={run.created_at} />;
}

function Working({ since }: { since: number }) {
  const seconds = useNow(true) - since;
  return (
    <p role="status" className="flex h-7 items-center gap-2.5 text-ink-3">
      <span className="pulse-live ml-0.5 size-2 rounded-full bg-live" aria-hidden />
      Working
      {seconds > 3 && <span className="tabular text-12">{duration(Math.floor(seconds))}</span>}
    </p>
  );
}

function Failure({ run, onRetry }: { run: Run; onRetry: () => void }) {
  return (
    <ErrorNote
      title="This run failed"
      error={run.error?.detail ?? "The cause is not known."}
      action={
        <>
          <RetryButton onRetry={onRetry} />
          <Link to="/runs/$id" params={{ id: run.id }} className={buttonClass("quiet", "sm")}>
            See what happened
          </Link>
        </>
      }
    />
  );
}

function Stopped({ onRetry }: { onRetry: () => void }) {
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Status status="cancelled" />
      <RetryButton onRetry={onRetry} />
    </div>
  );
}

/** Says the same again, at the end. From the failed step on is for the run's own page. */
function RetryButton({ onRetry }: { onRetry: () => void }) {
  return (
    <Button size="sm" icon={RotateCcw} onClick={onRetry}>
      Try again
    </Button>
  );
}

function Footer({ run, text }: { run: Run; text: string }) {
  const tokens = run.input_tokens + run.output_tokens;
  const facts = [
    run.agent,
    duration(took(run)),
    tokens > 0 ? count(tokens, "token") : null,
    // A run that used no model has no price to tell.
    tokens > 0 ? (run.cost_usd === null ? "cost unknown" : money(run.cost_usd)) : null,
  ].filter(Boolean);
  return (
    <footer className="-ml-1.5 flex min-h-7 flex-wrap items-center gap-x-1 text-12 text-ink-3">
      {text && <CopyButton text={text} label="Copy answer" />}
      <span className="tabular pl-1.5">{facts.join(" · ")}</span>
      <Link
        to="/runs/$id"
        params={{ id: run.id }}
        className="rounded-sm px-1.5 py-1 underline decoration-line-strong underline-offset-3 transition-colors duration-120 hover:text-ink"
      >
        Run
      </Link>
    </footer>
  );
}

function took(run: Run): number {
  return (run.ended_at ?? run.updated_at) - run.created_at;
}
