/** A route being written: checked by the server while one types, saved as a new version. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { DefinitionEditor } from "@/features/definitions/definition_editor";
import { type Fault, readFault } from "@/features/definitions/fault";
import { topLevelText } from "@/features/definitions/yaml";
import { toast } from "@/ui/toast";
import { useChange } from "./queries";
import { putRoute } from "./route_queries";
import type { RouteDetail } from "./types";
import { type RouteDraft, useRouteCheck } from "./use_route_draft";

interface Props {
  /** Null: it is saved under the name that it gives itself. */
  route: RouteDetail | null;
  draft: RouteDraft;
}

export function RouteEditor({ route, draft }: Props) {
  const { yaml, saved, change, isChanged, isBack } = draft;
  return (
    <DefinitionEditor
      label="Route in YAML"
      noun="route"
      isNew={route === null}
      text={yaml}
      isChanged={isChanged}
      isBack={isBack}
      onChange={change}
      onDiscard={() => change(saved)}
      {...useSave(route, draft)}
    />
  );
}

function useSave(route: RouteDetail | null, { yaml, drop }: RouteDraft) {
  const [refused, setRefused] = useState<{ yaml: string; fault: Fault } | null>(null);
  const checked = useRouteCheck(yaml);
  const client = useQueryClient();
  const navigate = useNavigate();
  const save = useChange(putRoute);
  const name = route?.name ?? topLevelText(yaml, "name") ?? "";
  const onSave = () =>
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
          setRefused({ yaml, fault: readFault(error, yaml) });
          // Somebody else may have saved it: the next try is based on what is there now.
          void client.invalidateQueries({ queryKey: ["models", "route"] });
        },
      },
    );
  const fault = refused?.yaml === yaml ? refused.fault : checked.fault;
  return { fault, notes: checked.notes, error: save.error, onSave, isPending: save.isPending };
}
