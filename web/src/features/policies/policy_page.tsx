/** One policy: written, tested, tried on what was decided, put in force; and its history. */
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { Problem } from "@/api/client";
import { may } from "@/api/me";
import { useSettingsSearch } from "@/features/settings/use_settings_search";
import { Button } from "@/ui/button";
import { ErrorNote, Spinner } from "@/ui/notes";
import { Tabs } from "@/ui/tabs";
import { readDraft } from "./drafts";
import { DryRunTab } from "./dry_run_tab";
import { PolicyEditor } from "./policy_editor";
import { PolicyHead } from "./policy_head";
import { PolicyHistory } from "./policy_history";
import { PolicyTests } from "./policy_tests";
import { type PolicyDetail, policyQuery } from "./queries";
import { starter } from "./starter";
import { TryCall } from "./try_call";
import { usePolicyDraft } from "./use_policy_draft";

const RegoView = lazy(() => import("@/ui/yaml_editor"));

export function PolicyPage({ name }: { name: string }) {
  const { data, error, refetch } = useQuery(policyQuery(name));
  const isUnknown = error instanceof Problem && error.status === 404;
  if (data?.shipped || (data && !may("policies:write"))) return <ReadOnly policy={data} />;
  if (data) return <OwnPolicy key={data.version} name={name} saved={data} />;
  if (isUnknown && may("policies:write") && readDraft(name) !== null) {
    return <OwnPolicy name={name} saved={null} />;
  }
  if (error === null) return <Spinner label="Reading the policy" />;
  return (
    <>
      <PolicyHead name={name} />
      <ErrorNote
        className="m-4"
        title="This policy could not be read"
        error={error}
        action={<Button onClick={() => refetch()}>Try again</Button>}
      />
    </>
  );
}

/** What ships with cadre, and what one may not change. */
function ReadOnly({ policy }: { policy: PolicyDetail }) {
  return (
    <>
      <PolicyHead name={policy.name} policy={policy} />
      <Suspense fallback={<Spinner label="Loading the editor" />}>
        <RegoView label={`${policy.name} in Rego`} language="rego" value={policy.text} />
      </Suspense>
    </>
  );
}

function OwnPolicy({ name, saved }: { name: string; saved: PolicyDetail | null }) {
  const { search, change } = useSettingsSearch();
  const policy = usePolicyDraft(name, saved, starter(name));
  const tabs = [
    { id: "policy", label: "Policy", content: <PolicyEditor part="text" policy={policy} /> },
    { id: "tests", label: "Tests", content: <PolicyTests policy={policy} /> },
    { id: "call", label: "Try a call", content: <TryCall draft={policy.draft} /> },
    { id: "dry-run", label: "Dry run", content: <DryRunTab policy={policy} /> },
  ];
  if (saved !== null)
    tabs.push({ id: "history", label: "History", content: <PolicyHistory policy={saved} /> });
  return (
    <>
      <PolicyHead name={name} policy={saved} isChanged={policy.isChanged} />
      <Tabs
        label="The policy"
        className="min-h-0 grow"
        value={tabs.find(({ id }) => id === search.tab)?.id ?? "policy"}
        onChange={(next) =>
          change({ tab: next === "policy" ? undefined : next, version: undefined })
        }
        tabs={tabs}
      />
    </>
  );
}
