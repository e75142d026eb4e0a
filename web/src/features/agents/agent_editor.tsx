/** An agent being written: checked by the server while one types, saved as a new version. */
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { DefinitionEditor } from "@/features/definitions/definition_editor";
import { type Fault, readFault } from "@/features/definitions/fault";
import { topLevelText } from "@/features/definitions/yaml";
import { toast } from "@/ui/toast";
import { dropDraft, keepDraft, readDraft } from "./drafts";
import { useSaveAgent } from "./queries";
import { useCheck } from "./use_check";

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
    <DefinitionEditor
      label="Definition in YAML"
      noun="agent"
      isNew={name === null}
      text={yaml}
      isChanged={isChanged}
      isBack={kept !== null && isChanged && yaml === kept}
      onChange={change}
      onDiscard={() => change(saved)}
      onSave={send}
      fault={refused?.yaml === yaml ? refused.fault : checked}
      error={save.error}
      isPending={save.isPending}
    />
  );
}
