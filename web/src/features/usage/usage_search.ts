import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { UsageSearch } from "./filter";
import { type Span, spanOf } from "./timespan";

const LOOK_MS = 10_000;

/** The address of the room, and how to change it. */
export function useUsageSearch() {
  const search: UsageSearch = useSearch({ from: "/shell/usage" });
  const navigate = useNavigate();
  const change = (changes: UsageSearch, replace = true) =>
    void navigate({
      to: ".",
      search: (before: UsageSearch) => ({ ...before, ...changes }),
      replace,
    });
  return { search, change };
}

/** The span in view, and the minute that it is: a page that stays open goes on with the day. */
export function useSpan(): { span: Span; now: number } {
  const { search } = useUsageSearch();
  const [now, setNow] = useState(minute);
  useEffect(() => {
    const timer = setInterval(() => setNow(minute()), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return { span: spanOf(search, now), now };
}

/** Begun minutes count: what happened just now is in view. */
function minute(): number {
  return Math.ceil(Date.now() / 60_000) * 60;
}
