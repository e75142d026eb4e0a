import { useEffect, useState } from "react";

const EVERY_MS = 200;

/** Seconds now, moving only while something is live; never before `least` (clocks differ). */
export function useNow(isLive: boolean, least = 0, everyMs = EVERY_MS): number {
  const [now, setNow] = useState(() => Date.now() / 1000);
  useEffect(() => {
    if (!isLive) return;
    setNow(Date.now() / 1000);
    const timer = setInterval(() => setNow(Date.now() / 1000), everyMs);
    return () => clearInterval(timer);
  }, [isLive, everyMs]);
  return Math.max(now, least);
}
