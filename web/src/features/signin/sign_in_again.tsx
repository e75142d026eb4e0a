/**
 * Over the page of somebody who was signed out: the page stays below as it was, with all that was
 * typed, and goes on when they are back.
 */
import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { api } from "@/api/client";
import { keepMe } from "@/api/me";
import type { Me } from "@/api/types";
import { optionsQuery } from "./entering";
import { Frame } from "./frame";
import { SignIn } from "./sign_in";

export default function SignInAgain() {
  useSuspenseQuery(optionsQuery);
  const box = useRef<HTMLDialogElement>(null);
  const queries = useQueryClient();
  const before = queries.getQueryData<Me>(["me"]);
  const goOn = useCallback(
    (me: Me) => {
      // Somebody else: nothing of what is open here is theirs.
      if (me.user.id !== before?.user.id) return globalThis.location.assign("/");
      queries.setQueryData(["me"], keepMe(me));
      void queries.invalidateQueries();
    },
    [queries, before],
  );
  useEffect(() => {
    box.current?.showModal();
    // Opening goes to the first field, which is filled in already.
    box.current?.querySelector<HTMLElement>("input:not([readonly])")?.focus();
  }, []);
  useEffect(() => whenBackInAnotherTab(goOn), [goOn]);
  return (
    <dialog
      ref={box}
      aria-label="Sign in again"
      onCancel={(event) => event.preventDefault()}
      className="fixed inset-0 m-0 size-full max-h-none max-w-none bg-canvas p-0 text-ink"
    >
      <Frame title="Sign in again" lead="You were signed out. What you were doing is still here.">
        <SignIn onDone={goOn} email={before?.user.email} back={here()} />
      </Frame>
    </dialog>
  );
}

function whenBackInAnotherTab(goOn: (me: Me) => void): () => void {
  const look = () => {
    if (document.visibilityState === "visible") api.get<Me>("/me").then(goOn, () => {});
  };
  document.addEventListener("visibilitychange", look);
  return () => document.removeEventListener("visibilitychange", look);
}

/** Where to come back to from a provider. */
function here(): string {
  const { pathname, search } = globalThis.location;
  return pathname + search;
}
