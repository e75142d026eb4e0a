import { Outlet, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState, useSyncExternalStore } from "react";
import { signedOut } from "@/api/client";
import { useIsReconnecting } from "@/api/trouble";
import { useShortcuts } from "@/lib/shortcuts";
import { Rail } from "./rail";
import { ROOMS } from "./rooms";

/** Only phones show them. */
const BottomTabs = lazy(() => import("./bottom_tabs"));
const SignInAgain = lazy(() => import("@/features/signin/sign_in_again"));
const Palette = lazy(() => import("./palette"));
const ShortcutsHelp = lazy(() => import("./shortcuts_help"));

type Layer = "palette" | "help" | null;

/** The frame of every page: the rail of rooms, or tabs at the bottom of a phone, and the room itself. */
export function Shell() {
  const [layer, setLayer] = useState<Layer>(null);
  const isOut = useSyncExternalStore(signedOut.subscribe, signedOut.read);
  const navigate = useNavigate();
  useShortcuts([
    { keys: "mod+k", label: "Search or jump", group: "Everywhere", run: () => setLayer("palette") },
    { keys: "?", label: "Show all keys", group: "Everywhere", run: () => setLayer("help") },
    {
      keys: "n",
      label: "New conversation",
      group: "Everywhere",
      run: () => void navigate({ to: "/" }),
    },
    ...ROOMS.map(({ keys, name, to }) => ({
      keys,
      label: `Go to ${name.toLowerCase()}`,
      group: "Everywhere",
      run: () => void navigate({ to }),
    })),
  ]);
  return (
    <div className="flex h-dvh flex-col overflow-hidden bg-surface md:flex-row">
      <Rail onSearch={() => setLayer("palette")} onHelp={() => setLayer("help")} />
      <div className="flex min-h-0 min-w-0 grow flex-col">
        <Reconnecting />
        <main className="min-h-0 min-w-0 grow overflow-hidden">
          <Outlet />
        </main>
      </div>
      <Suspense fallback={<div className="h-13 shrink-0 md:hidden" />}>
        <BottomTabs />
      </Suspense>
      <Suspense>
        {layer === "palette" && (
          <Palette onClose={() => setLayer(null)} onHelp={() => setLayer("help")} />
        )}
        {isOut && <SignInAgain />}
        {layer === "help" && <ShortcutsHelp onClose={() => setLayer(null)} />}
      </Suspense>
    </div>
  );
}

function Reconnecting() {
  const isAway = useIsReconnecting();
  if (!isAway) return null;
  return (
    <div
      role="status"
      className="appear-late flex h-7 shrink-0 items-center justify-center gap-2 border-b border-warn-line bg-warn-soft text-12 text-warn"
    >
      <span className="pulse-live size-1.5 rounded-full bg-warn" />
      Reconnecting. Runs go on meanwhile; what you missed will appear here.
    </div>
  );
}
