import { useInfiniteQuery } from "@tanstack/react-query";
import { Outlet, useLocation } from "@tanstack/react-router";
import { ListDetail } from "@/ui/panes";
import { ConversationList } from "./conversation_list";
import { conversationsQuery } from "./queries";

/** Conversations beside the one in view. On a phone the list comes first, once there is one. */
export function ChatPage() {
  const { pathname } = useLocation();
  const { data } = useInfiniteQuery(conversationsQuery(""));
  const isFirstVisit = data?.pages[0]?.items.length === 0;
  return (
    <ListDetail
      list={<ConversationList />}
      detail={<Outlet />}
      isDetailShown={pathname !== "/" || isFirstVisit}
    />
  );
}
