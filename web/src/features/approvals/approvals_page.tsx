/** The inbox: what agents ask leave for, and what people said before. */

import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { clsx } from "clsx";
import { Inbox } from "lucide-react";
import type { ReactNode } from "react";
import { pendingApprovalsQuery } from "@/api/approvals";
import { may } from "@/api/me";
import type { Approval } from "@/api/types";
import { ago } from "@/lib/format";
import { useListKeys } from "@/lib/use_list_keys";
import { Button } from "@/ui/button";
import { EmptyState, ErrorNote, Spinner } from "@/ui/notes";
import { ListDetail, PaneHeader, rowClass } from "@/ui/panes";
import { Status } from "@/ui/status";
import { VirtualList } from "@/ui/virtual_list";
import { ApprovalCard, approvalQuery } from "./approval_card";
import { callWords } from "./call";
import { askingRunQuery, historyQuery } from "./queries";

export function ApprovalsPage() {
  const search = useSearch({ from: "/shell/approvals" });
  const navigate = useNavigate();
  const isHistory = search.status === "history";
  const pending = useQuery(pendingApprovalsQuery);
  const history = useQuery({ ...historyQuery, enabled: isHistory });
  const query = isHistory ? history : pending;
  const items = (isHistory ? history.data : pending.data?.items) ?? [];
  const chosen = items.findIndex((approval) => approval.id === search.id);
  const index = chosen < 0 && search.id === undefined ? 0 : chosen;
  const open = (approval: Approval | undefined) =>
    void navigate({
      to: "/approvals",
      search: (before) => ({ ...before, id: approval?.id }),
      replace: search.id !== undefined,
    });
  useListKeys({
    group: "Approvals",
    count: items.length,
    index,
    onMove: (next) => open(items[next]),
    onOpen: (at) => open(items[at]),
    onLeave: () => open(undefined),
  });
  const shownId = search.id ?? items[0]?.id;
  return (
    <ListDetail
      isDetailShown={search.id !== undefined}
      list={
        <>
          <PaneHeader title="Approvals" />
          <Sides isHistory={isHistory} pending={pending.data?.items.length ?? 0} />
          {query.isPending ? (
            <Spinner label="Reading the approvals" />
          ) : query.error && items.length === 0 ? (
            <ErrorNote
              className="m-4"
              title="The approvals could not be read"
              error={query.error}
              action={<Button onClick={() => query.refetch()}>Try again</Button>}
            />
          ) : items.length === 0 ? (
            <Nothing isHistory={isHistory} />
          ) : (
            <VirtualList
              label={isHistory ? "Decided approvals" : "Pending approvals"}
              items={items}
              rowHeight={60}
              keyOf={(approval) => approval.id}
              activeIndex={index}
            >
              {(approval, at) => (
                <Row approval={approval} isActive={at === index} onOpen={() => open(approval)} />
              )}
            </VirtualList>
          )}
        </>
      }
      detail={
        shownId !== undefined && (
          <Detail key={shownId} id={shownId} onBack={() => open(undefined)} />
        )
      }
    />
  );
}

function Sides({ isHistory, pending }: { isHistory: boolean; pending: number }) {
  const sides = [
    { label: "Waiting for you", search: {}, isHere: !isHistory, count: pending },
    { label: "History", search: { status: "history" }, isHere: isHistory, count: null },
  ];
  return (
    <nav aria-label="Which approvals" className="flex h-9 shrink-0 gap-4 border-b border-line px-4">
      {sides.map(({ label, search, isHere, count }) => (
        <Link
          key={label}
          to="/approvals"
          search={search}
          aria-current={isHere ? "page" : undefined}
          className={clsx(
            "-mb-px flex items-center gap-1.5 border-b-2 outline-offset-[-2px]",
            isHere
              ? "border-accent-line font-medium text-ink"
              : "border-transparent text-ink-2 hover:text-ink",
          )}
        >
          {label}
          {count !== null && <span className="tabular text-ink-3">{count}</span>}
        </Link>
      ))}
    </nav>
  );
}

interface RowProps {
  approval: Approval;
  isActive: boolean;
  onOpen: () => void;
}

function Row({ approval, isActive, onOpen }: RowProps) {
  return (
    <button
      type="button"
      aria-current={isActive ? "true" : undefined}
      onClick={onOpen}
      className={rowClass({ isActive, className: "h-full items-center gap-3" })}
    >
      <Status status={approval.status} isIconOnly />
      <span className="min-w-0 grow">
        <span className="flex min-w-0 items-baseline gap-2">
          <code className="shrink-0 text-12 font-medium text-ink">{approval.tool}</code>
          <span className="min-w-0 truncate font-mono text-12 text-ink-2">
            {callWords(approval.tool, approval.arguments)}
          </span>
        </span>
        <span className="block truncate text-12 text-ink-3">
          {approval.agent ?? "a run"}
          {approval.reason ? ` · ${approval.reason}` : ""}
        </span>
      </span>
      <span className="tabular shrink-0 text-12 text-ink-3">{ago(approval.requested_at)}</span>
    </button>
  );
}

function Detail({ id, onBack }: { id: string; onBack: () => void }) {
  const { data, error } = useQuery(approvalQuery(id));
  return (
    <>
      <PaneHeader title={data ? data.tool : "Approval"} onBack={onBack} />
      <div className="pane grow">
        <div className="mx-auto flex max-w-200 flex-col gap-3 p-4">
          {data === undefined ? (
            error ? (
              <ErrorNote title="This approval could not be read" error={error} />
            ) : (
              <Spinner />
            )
          ) : (
            <ApprovalCard approval={data} hasKeys={data.status === "pending"}>
              <AskedBy runId={data.run_id} />
            </ApprovalCard>
          )}
        </div>
      </div>
    </>
  );
}

function AskedBy({ runId }: { runId: string }): ReactNode {
  const { data } = useQuery(askingRunQuery(runId));
  return (
    <p className="truncate text-12 text-ink-3">
      in the run{" "}
      <Link
        to="/runs/$id"
        params={{ id: runId }}
        search={{}}
        className="text-accent-text underline decoration-current/35 underline-offset-3 hover:decoration-current"
      >
        {data?.title || runId}
      </Link>
    </p>
  );
}

function Nothing({ isHistory }: { isHistory: boolean }) {
  const navigate = useNavigate();
  if (isHistory) {
    return (
      <EmptyState icon={Inbox} title="Nothing was decided yet">
        Every answer stays here with who gave it, when, and for which exact call.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={Inbox}
      title="Nothing waits for you"
      action={
        may("gate:read") && (
          <Button
            onClick={() => navigate({ to: "/settings/$section", params: { section: "rules" } })}
          >
            See the rules of the gate
          </Button>
        )
      }
    >
      When an agent wants to do something dangerous, it stops and asks here first. You see the exact
      call, and nothing acts until you answer. Try “run the tests” in a conversation.
    </EmptyState>
  );
}
