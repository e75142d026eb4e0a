import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Approval } from "@/api/types";
import { ApprovalCard } from "@/features/approvals/approval_card";
import { onPageKey } from "@/lib/shortcuts";

let serial = 0;

function anApproval(more: Partial<Approval> = {}): Approval {
  serial += 1;
  return {
    id: `apr_${serial}`,
    run_id: "run_1",
    agent: "assistant",
    call_key: "1.0",
    tool: "shell",
    arguments: { command: "make test" },
    call_hash: "sha256:1",
    reason: "shell is dangerous, so a person is asked.",
    status: "pending",
    requested_at: 0,
    expires_at: Date.now() / 1000 + 3600,
    decided_by: null,
    decided_at: null,
    note: null,
    ...more,
  } as Approval;
}

const sent: { path: string; body: Record<string, unknown> }[] = [];

beforeEach(() => {
  sent.length = 0;
  document.addEventListener("keydown", onPageKey);
  vi.stubGlobal("fetch", async (path: string, options?: { method?: string; body?: string }) => {
    if (options?.method === "POST") sent.push({ path, body: JSON.parse(options.body ?? "{}") });
    return Response.json({ items: [], next: null });
  });
});
afterEach(() => {
  document.removeEventListener("keydown", onPageKey);
  vi.unstubAllGlobals();
});

function show(approval: Approval) {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ApprovalCard approval={approval} hasKeys />
    </QueryClientProvider>,
  );
}

describe("an asked-for call", () => {
  it("shows exactly what would act, and why it is asked", () => {
    show(anApproval());

    expect(screen.getByText("make test")).toBeTruthy();
    expect(screen.getByText("shell is dangerous, so a person is asked.")).toBeTruthy();
  });

  it("is approved for the call that was looked at, and only when the moment to undo is over", async () => {
    const approval = anApproval();
    show(approval);

    fireEvent.click(screen.getByRole("button", { name: /^Approve/ }));
    expect(sent).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Now" }));

    await waitFor(() => expect(sent).toHaveLength(1));
    expect(sent).toEqual([
      {
        path: `/api/v1/approvals/${approval.id}/decision`,
        body: { decision: "approve", call_hash: "sha256:1" },
      },
    ]);
  });

  it("can be taken back", () => {
    show(anApproval());

    fireEvent.click(screen.getByRole("button", { name: /^Approve/ }));
    fireEvent.click(screen.getByRole("button", { name: "Undo" }));

    expect(screen.getByRole("button", { name: /^Approve/ })).toBeTruthy();
    expect(sent).toEqual([]);
  });

  it("is denied with a note by keyboard alone", async () => {
    show(anApproval());

    fireEvent.keyDown(document.body, { key: "d" });
    const note = screen.getByLabelText(/Why not/);
    expect(document.activeElement).toBe(note);
    fireEvent.change(note, { target: { value: "not on a Friday" } });
    fireEvent.submit(note);
    fireEvent.click(screen.getByRole("button", { name: "Now" }));

    await waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]?.body).toMatchObject({ decision: "deny", note: "not on a Friday" });
  });

  it("changed by a person is a new call, and says so", async () => {
    show(anApproval());

    fireEvent.click(screen.getByRole("button", { name: /^Edit arguments/ }));
    expect(screen.getByText(/This is a new call/)).toBeTruthy();
    const field = screen.getByLabelText(/command/);
    fireEvent.change(field, { target: { value: "make lint" } });
    fireEvent.click(screen.getByRole("button", { name: "Approve the changed call" }));
    fireEvent.click(screen.getByRole("button", { name: "Now" }));

    await waitFor(() => expect(sent).toHaveLength(1));
    expect(sent[0]?.body).toMatchObject({ decision: "edit", arguments: { command: "make lint" } });
  });

  it("whose time is over can't be answered any more", () => {
    show(anApproval({ expires_at: 1 }));

    expect(screen.queryByRole("button", { name: /^Approve/ })).toBeNull();
    expect(screen.getByText(/Nobody answered in time/)).toBeTruthy();
  });
});
