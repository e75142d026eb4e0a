/** Every version of a definition: what changed with it, and the way back. */
import { useNavigate } from "@tanstack/react-router";
import { History, RotateCcw } from "lucide-react";
import { DiffView } from "@/features/runs/diff_view";
import { exactMoment } from "@/lib/format";
import { Button } from "@/ui/button";
import { CodeBlock } from "@/ui/code_block";
import { EmptyState, ErrorNote, Spinner } from "@/ui/notes";
import { rowClass } from "@/ui/panes";
import { Badge } from "@/ui/status";

export interface Version {
  /** 0 and below: as it ships. */
  version: number;
  created_at: number | null;
  created_by: string | null;
  isCurrent: boolean;
  /** What is special about it: "taken out of use". */
  note?: string;
}

export function versionName({ version }: { version: number }): string {
  return version > 0 ? `Version ${version}` : "As it ships";
}

export function OneVersion() {
  return (
    <EmptyState icon={History} title="One version so far">
      Each save is a version that stays. What changed between them is shown here, and any of them
      can be made the current one again.
    </EmptyState>
  );
}

interface ListProps {
  versions: readonly Version[];
  shown: number | undefined;
  children: React.ReactNode;
}

/** The versions, newest first, and beside them the one whose number is in the address. */
export function VersionList({ versions, shown, children }: ListProps) {
  return (
    <div className="flex h-full min-h-0 flex-col lg:flex-row">
      <ol
        aria-label="Versions"
        className="pane max-h-44 shrink-0 border-line max-lg:border-b lg:max-h-none lg:w-64 lg:border-r"
      >
        {versions.map((each) => (
          <li key={each.version}>
            <VersionRow version={each} isShown={each.version === shown} />
          </li>
        ))}
      </ol>
      {children}
    </div>
  );
}

function VersionRow({ version, isShown }: { version: Version; isShown: boolean }) {
  const navigate = useNavigate();
  const choose = () =>
    void navigate({
      to: ".",
      search: (old) => ({ ...old, version: String(version.version) }),
      replace: true,
    });
  return (
    <button
      type="button"
      aria-current={isShown ? "true" : undefined}
      onClick={choose}
      className={rowClass({ isActive: isShown, className: "h-11 items-center gap-2" })}
    >
      <span className="min-w-0 grow">
        <span className="flex items-center gap-2 font-medium">
          {versionName(version)}
          {version.isCurrent && <Badge tone="accent">current</Badge>}
        </span>
        <span className="block truncate text-12 text-ink-3">
          {version.note && `${version.note}, `}
          {version.created_at !== null && exactMoment(version.created_at)}
          {version.created_by && ` by ${version.created_by}`}
        </span>
      </span>
    </button>
  );
}

interface ChangeProps {
  file: string;
  language?: string;
  before: { version: number } | undefined;
  /** Undefined while they are on their way. */
  textBefore: string | undefined;
  text: string | undefined;
  error?: Error | null;
  /** Null: there is nothing to restore. */
  onRestore: (() => void) | null;
  isRestoring: boolean;
  /** Another thing to do with this version. */
  action?: React.ReactNode;
}

/** What one version changed, and the button that brings it back. */
export function VersionChange(props: ChangeProps) {
  const { file, language = "yaml", before, text, textBefore, error, ...restore } = props;
  return (
    <div className="pane flex min-w-0 grow flex-col gap-3 p-4">
      <div className="flex flex-wrap items-center gap-2">
        <h2 className="grow text-ink-2">
          {before ? `What changed since ${versionName(before).toLowerCase()}` : "How it began"}
        </h2>
        {restore.action}
        {restore.onRestore !== null && (
          <Button
            size="sm"
            icon={RotateCcw}
            isBusy={restore.isRestoring}
            onClick={restore.onRestore}
          >
            Restore as a new version
          </Button>
        )}
      </div>
      {error && <ErrorNote title="This version could not be read" error={error} />}
      {text === undefined || (before !== undefined && textBefore === undefined) ? (
        !error && <Spinner />
      ) : before !== undefined && textBefore !== undefined ? (
        <DiffView before={textBefore} after={text} label={file} />
      ) : (
        <CodeBlock code={text} language={language} title={file} />
      )}
    </div>
  );
}
