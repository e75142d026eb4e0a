/** A definition being written: what was typed and not saved, what is wrong with it, and saving it. */
import { lazy, Suspense } from "react";
import { Problem } from "@/api/client";
import { Button } from "@/ui/button";
import { Kbd } from "@/ui/kbd";
import { Spinner } from "@/ui/notes";
import type { EditorLanguage } from "@/ui/yaml_editor";
import type { Fault } from "./fault";

const YamlEditor = lazy(() => import("@/ui/yaml_editor"));

interface Props {
  label: string;
  language?: EditorLanguage;
  /** What it is a definition of: "agent". */
  noun: string;
  isNew: boolean;
  text: string;
  isChanged: boolean;
  /** What is shown was typed at an earlier visit. */
  isBack: boolean;
  onChange: (text: string) => void;
  onDiscard: () => void;
  onSave: () => void;
  fault: Fault | null;
  notes?: string[];
  error: Error | null;
  isPending: boolean;
}

export function DefinitionEditor(props: Props) {
  const { noun, isNew, isChanged, fault, onDiscard, onSave } = props;
  return (
    <div className="flex h-full min-h-0 grow flex-col">
      {props.isBack && (
        <p className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-accent-soft px-4 py-1.5 text-12">
          {isNew
            ? "This is what you had begun."
            : "What you typed before and did not save is back."}
          <Button size="sm" tone="quiet" onClick={onDiscard}>
            {isNew ? "Begin with the example" : "Show what is saved"}
          </Button>
        </p>
      )}
      <Suspense fallback={<Spinner label="Loading the editor" />}>
        <YamlEditor
          label={props.label}
          language={props.language ?? "yaml"}
          value={props.text}
          onChange={props.onChange}
          onSave={onSave}
          faultLine={fault?.line ?? null}
          faultText={fault?.text ?? null}
        />
      </Suspense>
      <footer className="flex min-h-12 shrink-0 flex-wrap items-center gap-2 border-t border-line px-4 py-2">
        <Verdict
          fault={fault}
          notes={props.notes ?? []}
          isChanged={isChanged}
          error={props.error}
        />
        <Button disabled={!isChanged} tone="quiet" onClick={onDiscard}>
          Discard
        </Button>
        <Button
          tone="primary"
          disabled={!isChanged && !isNew}
          isBusy={props.isPending}
          onClick={onSave}
        >
          {isNew ? `Save the ${noun}` : "Save a new version"}
          <span
            aria-hidden
            className="max-md:hidden [&_kbd]:border-current/40 [&_kbd]:text-current"
          >
            <Kbd keys="mod+s" />
          </span>
        </Button>
      </footer>
    </div>
  );
}

interface VerdictProps {
  fault: Fault | null;
  notes: string[];
  isChanged: boolean;
  error: Error | null;
}

function Verdict({ fault, notes, isChanged, error }: VerdictProps) {
  const look = "min-w-0 flex-1 basis-64 break-words";
  if (fault !== null) {
    return (
      <p role="alert" className={`${look} text-bad`}>
        {fault.line !== null && <span className="font-medium">Line {fault.line}: </span>}
        {fault.text}
      </p>
    );
  }
  if (error !== null && !(error instanceof Problem)) {
    return (
      <p role="alert" className={`${look} text-bad`}>
        Not saved: {error.message} What you typed is kept.
      </p>
    );
  }
  if (notes.length > 0) return <p className={`${look} text-12 text-warn`}>{notes.join(" ")}</p>;
  return (
    <p className={`${look} text-12 text-ink-3`}>
      {isChanged ? "Not saved yet; kept in this browser." : ""}
    </p>
  );
}
