import { useEffect, useState } from "react";

const STILL_MS = 300;

/** `text` as it was when it had not changed for a moment. */
export function useStill(text: string): string {
  const [still, setStill] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setStill(text), STILL_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return still;
}
