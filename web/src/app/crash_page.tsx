import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { Unreachable } from "@/api/client";
import { Button } from "@/ui/button";
import { ErrorNote } from "@/ui/notes";

const AGAIN_MS = 2_000;

/** Where a page could not be shown. A server that is away is asked again by itself. */
export function CrashPage({ error }: ErrorComponentProps) {
  const router = useRouter();
  const isAway = error instanceof Unreachable;
  useEffect(() => {
    if (!isAway) return;
    const timer = setInterval(() => void router.invalidate(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [isAway, router]);
  return (
    <main className="mx-auto w-full max-w-120 p-6 pt-24">
      <ErrorNote
        title={isAway ? "Waiting for cadre" : "This page could not be shown"}
        error={error}
        action={
          <Button size="sm" onClick={() => void router.invalidate()}>
            Try again
          </Button>
        }
      />
    </main>
  );
}
