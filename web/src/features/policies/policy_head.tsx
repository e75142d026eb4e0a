import { Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { may } from "@/api/me";
import { useSettingsSearch } from "@/features/settings/use_settings_search";
import { Button, IconButton } from "@/ui/button";
import { ErrorNote } from "@/ui/notes";
import { InForce } from "./policy_list";
import type { PolicyDetail } from "./queries";
import { useForce } from "./use_force";

interface Props {
  name: string;
  /** Null: the server has not seen it yet. */
  policy?: PolicyDetail | null;
  isChanged?: boolean;
}

/** Its name, whether it is in force, and the switch for that. */
export function PolicyHead({ name, policy, isChanged = false }: Props) {
  const { change } = useSettingsSearch();
  const force = useForce({ name, active: policy?.active ?? null });
  const isOwn = policy && !policy.shipped && may("policies:write");
  return (
    <header className="shrink-0 border-b border-line">
      <div className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 py-1.5 pr-3 pl-2">
        <IconButton
          icon={ArrowLeft}
          label="All policies"
          onClick={() => change({ open: undefined, tab: undefined, version: undefined }, false)}
        />
        <h2 className="min-w-0 truncate text-14 font-semibold">{name}</h2>
        {policy ? (
          <InForce policy={{ ...policy, newest: policy.version }} />
        ) : (
          policy === null && <span className="text-12 text-ink-3">not saved yet</span>
        )}
        {isOwn && (
          <span className="ml-auto flex flex-wrap items-center gap-1.5">
            <Switches policy={policy} isChanged={isChanged} force={force} />
          </span>
        )}
      </div>
      {force.error && (
        <ErrorNote
          className="mx-4 mb-3"
          title="Not put in force. What was in force before still is."
          error={force.error}
          action={
            <Link
              to="/settings/$section"
              params={{ section: "policies" }}
              search={{ open: name, tab: "tests" }}
              className="text-accent-text hover:underline"
            >
              Look at its tests
            </Link>
          }
        />
      )}
    </header>
  );
}

interface SwitchProps {
  policy: PolicyDetail;
  isChanged: boolean;
  force: ReturnType<typeof useForce>;
}

function Switches({ policy: { active, version }, isChanged, force }: SwitchProps) {
  return (
    <>
      {active !== null && (
        <Button size="sm" tone="quiet" isBusy={force.isTakingOut} onClick={force.takeOut}>
          Take out of force
        </Button>
      )}
      {version !== null && version !== active && (
        <Button
          size="sm"
          tone={isChanged ? "default" : "primary"}
          isBusy={force.isPuttingIn}
          onClick={() => force.putIn(version)}
        >
          Put version {version} in force
        </Button>
      )}
    </>
  );
}
