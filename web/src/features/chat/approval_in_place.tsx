import { useQuery } from "@tanstack/react-query";
import type { Approval } from "@/api/types";
import { ApprovalCard } from "@/features/approvals/approval_card";
import { Spinner } from "@/ui/notes";
import { Status } from "@/ui/status";
import { runApprovalsQuery } from "./queries";
import { toolWords } from "./tool_words";
import type { ApprovalItem } from "./transcript";

interface Props {
  runId: string;
  item: ApprovalItem;
}

/** A call that needs a person, asked where it came up. */
export function ApprovalInPlace({ runId, item }: Props) {
  const { data } = useQuery(runApprovalsQuery(runId));
  const approval = data?.items.find(({ id }) => id === item.approvalId);
  if (!approval) return item.decision === null ? <Spinner label="Reading the request" /> : null;
  if (approval.status !== "pending") return <Decided approval={approval} />;
  return <ApprovalCard approval={approval} isInRun className="slide-up border-warn-line" />;
}

/** What was answered stays as a line. */
function Decided({ approval }: { approval: Approval }) {
  const { subject } = toolWords("tool", approval.tool, approval.arguments);
  return (
    <p className="flex min-h-7 min-w-0 items-center gap-2 text-ink-2">
      <Status status={approval.status} />
      <code className="min-w-0 truncate text-12 text-ink-3">
        {approval.tool} {subject}
      </code>
      {approval.note && (
        <span className="min-w-0 truncate text-12 text-ink-3">“{approval.note}”</span>
      )}
    </p>
  );
}
