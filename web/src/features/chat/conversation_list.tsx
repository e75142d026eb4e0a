import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { MessageSquare, Search, SquarePen } from "lucide-react";
import { useDeferredValue, useRef, useState } from "react";
import type { Conversation } from "@/api/types";
import { moment } from "@/lib/format";
import { useShortcuts } from "@/lib/shortcuts";
import { useListKeys } from "@/lib/use_list_keys";
import { IconButton } from "@/ui/button";
import { EmptyState, ErrorNote, Spinner } from "@/ui/notes";
import { PaneHeader, rowClass } from "@/ui/panes";
import { Status } from "@/ui/status";
import { VirtualList } from "@/ui/virtual_list";
import { conversationsQuery } from "./queries";

export function ConversationList() {
  const [text, setText] = useState("");
  const search = useRef<HTMLInputElement>(null);
  const query = useInfiniteQuery(conversationsQuery(useDeferredValue(text.trim())));
  const conversations = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const navigate = useNavigate();
  const { id: shown } = useParams({ strict: false });
  const open = (index: number) => {
    const id = conversations[index]?.id;
    if (id) void navigate({ to: "/chat/$id", params: { id } });
  };
  useListKeys({
    count: conversations.length,
    index: conversations.findIndex(({ id }) => id === shown),
    onMove: open,
    group: "Chat",
    ...(shown ? { onLeave: () => void navigate({ to: "/" }) } : {}),
  });
  useShortcuts([
    { keys: "/", label: "Search conversations", group: "Chat", run: () => search.current?.focus() },
  ]);

  return (
    <>
      <PaneHeader
        title="Chat"
        actions={
          <IconButton
            icon={SquarePen}
            label="New conversation"
            keys="n"
            onClick={() => void navigate({ to: "/chat/new" })}
          />
        }
      />
      <label className="flex h-10 shrink-0 items-center gap-2 border-b border-line px-4 text-ink-3 focus-within:text-ink max-md:h-11">
        <Search size={14} aria-hidden />
        <input
          ref={search}
          type="search"
          aria-label="Search conversations"
          placeholder="Search"
          value={text}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={({ key, currentTarget }) => {
            if (key === "Escape") {
              setText("");
              currentTarget.blur();
            }
          }}
          className="h-full min-w-0 grow bg-transparent text-13 text-ink outline-none max-md:text-16 [&::-webkit-search-cancel-button]:hidden"
        />
      </label>
      {query.error && conversations.length === 0 && (
        <div className="p-4">
          <ErrorNote title="Conversations can't be shown" error={query.error} />
        </div>
      )}
      {query.isPending && <Spinner />}
      {query.data && conversations.length === 0 && <Nothing text={text} />}
      {conversations.length > 0 && (
        <VirtualList
          label="Conversations"
          items={conversations}
          rowHeight={52}
          keyOf={({ id }) => id}
          activeIndex={conversations.findIndex(({ id }) => id === shown)}
          onEnd={() => query.hasNextPage && !query.isFetchingNextPage && void query.fetchNextPage()}
        >
          {(conversation) => (
            <Row conversation={conversation} isActive={conversation.id === shown} />
          )}
        </VirtualList>
      )}
    </>
  );
}

function Nothing({ text }: { text: string }) {
  if (text.trim())
    return (
      <EmptyState icon={Search} title="Nothing found">
        No conversation speaks of “{text.trim()}”.
      </EmptyState>
    );
  return (
    <EmptyState icon={MessageSquare} title="No conversations yet">
      What you ask for will be kept here, with every step that was taken.
    </EmptyState>
  );
}

const TOLD = new Set(["queued", "running", "waiting", "failed"]);

function Row({ conversation, isActive }: { conversation: Conversation; isActive: boolean }) {
  const { id, title, agent, updated_at, last_status: status } = conversation;
  return (
    <Link
      to="/chat/$id"
      params={{ id }}
      aria-current={isActive ? "page" : undefined}
      className={rowClass({ isActive, className: "h-full flex-col justify-center" })}
    >
      <span className="flex min-w-0 items-baseline gap-3">
        <span className="min-w-0 grow truncate font-medium">{title || "New conversation"}</span>
        <time className="tabular shrink-0 text-12 text-ink-3">{moment(updated_at)}</time>
      </span>
      <span className="flex min-w-0 items-center gap-2 text-12 text-ink-3">
        <span className="min-w-0 truncate">{agent}</span>
        {status && TOLD.has(status) && <Status status={status} className="ml-auto text-12!" />}
      </span>
    </Link>
  );
}
