/** A route being written: checked by the server while one types, saved as a new version. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { Problem } from "@/api/client";
import type { Fault } from "@/features/agents/fault";
import { topLevelText } from "@/features/agents/yaml";
import { Button } from "@/ui/button";
import { Kbd } from "@/ui/kbd";
import { Spinner } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { useChange } from "./queries";
import { putRoute } from "./route_queries";
import { readRouteFault } from "./route_text";
import type { RouteDetail } from "./types";
import { type Checked, type RouteDraft, useRouteCheck } from "./use_route_draft";

const YamlEditor = lazy(() => import("@/ui/yaml_editor"));

interface Props {
  /** Null: it is saved under the name that it gives itself. */
  route: RouteDetail | null;
  draft: RouteDraft;
}

export function RouteEditor({ route, draft }: Props) {
  const { yaml, saved, change, isChanged, isBack } = draft;
  const { fault, notes, error, send, isPending } = useSave(route, draft);
  return (
    <div className="flex h-full min-h-0 grow flex-col">
      {isBack && (
        <p className="flex shrink-0 flex-wrap items-center gap-2 border-b border-line bg-accent-soft px-4 py-1.5 text-12">
          {route === null
            ? "This is what you had begun."
            : "What you typed before and did not save is back."}
          <Button size="sm" tone="quiet" onClick={() => change(saved)}>
            {route === null ? "Begin with the example" : "Show what is saved"}
          </Button>
        </p>
      )}
      <Suspense fallback={<Spinner label="Loading the editor" />}>
        <YamlEditor
          label="Route in YAML"
          value={yaml}
          onChange={change}
          onSave={send}
          faultLine={fault?.line ?? null}
          faultText={fault?.text ?? null}
        />
      </Suspense>
      <footer className="flex min-h-12 shrink-0 flex-wrap items-center gap-2 border-t border-line px-4 py-2">
        <Verdict checked={{ fault, notes }} isChanged={isChanged} error={error} />
        <Button disabled={!isChanged} tone="quiet" onClick={() => change(saved)}>
          Discard
        </Button>
        <Button
          tone="primary"
          disabled={!isChanged && route !== null}
          isBusy={isPending}
          onClick={send}
        >
          {route === null ? "Save the route" : "Save a new version"}
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

function useSave(route: RouteDetail | null, { yaml, drop }: RouteDraft) {
  const [refused, setRefused] = useState<{ yaml: string; fault: Fault } | null>(null);
  const checked = useRouteCheck(yaml);
  const client = useQueryClient();
  const navigate = useNavigate();
  const save = useChange(putRoute);
  const name = route?.name ?? topLevelText(yaml, "name") ?? "";
  const send = () =>
    save.mutate(
      // A shipped route has no version of its own that somebody else could have changed.
      { name, yaml, basedOn: route?.version || undefined },
      {
        onSuccess: (saved) => {
          drop();
          toast(
            `${saved.name} is saved as version ${saved.version}. It counts from the next call.`,
          );
          if (route?.name !== saved.name) {
            void navigate({ to: "/models/routes/$route", params: { route: saved.name } });
          }
        },
        onError: (error) => {
          setRefused({ yaml, fault: readRouteFault(error, yaml) });
          // Somebody else may have saved it: the next try is based on what is there now.
          void client.invalidateQueries({ queryKey: ["models", "route"] });
        },
      },
    );
  const fault = refused?.yaml === yaml ? refused.fault : checked.fault;
  return { fault, notes: checked.notes, error: save.error, send, isPending: save.isPending };
}

interface VerdictProps {
  checked: Checked;
  isChanged: boolean;
  error: Error | null;
}

function Verdict({ checked: { fault, notes }, isChanged, error }: VerdictProps) {
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
