/** A definition being written: checked by the server while one types, saved as a new version. */
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { Problem } from "@/api/client";
import { Button } from "@/ui/button";
import { Kbd } from "@/ui/kbd";
import { Spinner } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { dropDraft, keepDraft, readDraft } from "./drafts";
import { type Fault, readFault } from "./fault";
import { useSaveAgent } from "./queries";
import { useCheck } from "./use_check";
import { topLevelText } from "./yaml";

const YamlEditor = lazy(() => import("@/ui/yaml_editor"));

interface Props {
  /** Null: it is saved under the name that it gives itself. */
  name: string | null;
  saved: string;
}

export function AgentEditor({ name, saved }: Props) {
  const [kept] = useState(() => readDraft(name));
  const [yaml, setYaml] = useState(kept ?? saved);
  const [refused, setRefused] = useState<{ yaml: string; fault: Fault } | null>(null);
  const navigate = useNavigate();
  const save = useSaveAgent();
  const isChanged = yaml !== saved;
  const checked = useCheck(name, yaml, isChanged);
  const fault = refused?.yaml === yaml ? refused.fault : checked;

  const change = (next: string) => {
    setYaml(next);
    if (next === saved) dropDraft(name);
    else keepDraft(name, next);
  };
  const send = () => {
    const target = name ?? topLevelText(yaml, "name") ?? "";
    save.mutate(
      { name: target, yaml },
      {
        onSuccess: (agent) => {
          dropDraft(name);
          toast(`Saved as version ${agent.version}. Runs that are under way keep the old one.`);
          if (name !== agent.name)
            void navigate({ to: "/agents/$name", params: { name: agent.name } });
        },
        onError: (error) => setRefused({ yaml, fault: readFault(error, yaml) }),
      },
    );
  };

  return (
    <div className="flex h-full min-h-0 grow flex-col">
      {kept !== null && isChanged && yaml === kept && (
        <p className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-accent-soft px-4 py-1.5 text-12">
          What you typed before and did not save is back.
          <Button size="sm" tone="quiet" onClick={() => change(saved)}>
            Show what is saved
          </Button>
        </p>
      )}
      <Suspense fallback={<Spinner label="Loading the editor" />}>
        <YamlEditor
          label="Definition in YAML"
          value={yaml}
          onChange={change}
          onSave={send}
          faultLine={fault?.line ?? null}
          faultText={fault?.text ?? null}
        />
      </Suspense>
      <footer className="flex min-h-12 shrink-0 flex-wrap items-center gap-2 border-t border-line px-4 py-2">
        <Verdict fault={fault} isChanged={isChanged} error={save.error} />
        <Button disabled={!isChanged} tone="quiet" onClick={() => change(saved)}>
          Discard
        </Button>
        <Button
          tone="primary"
          disabled={!isChanged && name !== null}
          isBusy={save.isPending}
          onClick={send}
        >
          {name === null ? "Save the agent" : "Save a new version"}
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
  isChanged: boolean;
  error: Error | null;
}

function Verdict({ fault, isChanged, error }: VerdictProps) {
  if (fault !== null) {
    return (
      <p role="alert" className="min-w-0 flex-1 basis-64 break-words text-bad">
        {fault.line !== null && <span className="font-medium">Line {fault.line}: </span>}
        {fault.text}
      </p>
    );
  }
  if (error !== null && !(error instanceof Problem)) {
    return (
      <p role="alert" className="min-w-0 flex-1 basis-64 break-words text-bad">
        Not saved: {error.message} What you typed is kept.
      </p>
    );
  }
  return (
    <p className="grow text-12 text-ink-3">
      {isChanged ? "Not saved yet; kept in this browser." : ""}
    </p>
  );
}
