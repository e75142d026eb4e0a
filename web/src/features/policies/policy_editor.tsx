import { DefinitionEditor } from "@/features/definitions/definition_editor";
import { faultIn } from "./fault";
import type { PolicyDraft } from "./use_policy_draft";

const LABELS = { text: "Policy in Rego", tests: "Tests in Rego" };

/** The policy or its tests: both are saved together. */
export function PolicyEditor({ part, policy }: { part: "text" | "tests"; policy: PolicyDraft }) {
  return (
    <DefinitionEditor
      label={LABELS[part]}
      language="rego"
      noun="policy"
      isNew={policy.isNew}
      text={policy.draft[part]}
      isChanged={policy.isChanged}
      isBack={policy.isBack}
      onChange={(text) => policy.change({ [part]: text })}
      onDiscard={policy.discard}
      onSave={policy.save}
      fault={faultIn(part, policy.fault)}
      error={policy.error}
      isPending={policy.isPending}
    />
  );
}
