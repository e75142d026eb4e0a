/** The account: its parts in a list, and one of them beside it; on a phone one of the two. */
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { clsx } from "clsx";
import { ChevronRight, LogOut } from "lucide-react";
import { type ComponentType, lazy, Suspense } from "react";
import { useMe } from "@/api/me";
import { Button } from "@/ui/button";
import { Spinner } from "@/ui/notes";
import { PaneHeader } from "@/ui/panes";
import { toast } from "@/ui/toast";
import { signOut } from "./leaving";
import { ProofProvider } from "./proof";

interface Part {
  id: string;
  label: string;
  Content: ComponentType;
}

const FIRST: Part = {
  id: "profile",
  label: "Profile",
  Content: lazy(() => import("./profile_part")),
};

const PARTS: Part[] = [
  FIRST,
  { id: "security", label: "Security", Content: lazy(() => import("./security_part")) },
  { id: "devices", label: "Devices", Content: lazy(() => import("./devices_part")) },
];

export function AccountPage() {
  const { section } = useParams({ strict: false });
  const navigate = useNavigate();
  const shown = PARTS.find(({ id }) => id === section) ?? FIRST;
  return (
    <div className="flex h-full min-w-0">
      <div
        className={clsx(
          "flex min-h-0 flex-col border-line max-md:w-full md:w-56 md:shrink-0 md:border-r",
          section !== undefined && "max-md:hidden",
        )}
      >
        <PaneHeader title="Account" />
        <PartList shown={shown.id} />
      </div>
      <div
        className={clsx(
          "flex min-h-0 min-w-0 grow flex-col",
          section === undefined && "max-md:hidden",
        )}
      >
        <PaneHeader title={shown.label} onBack={() => void navigate({ to: "/account" })} />
        <div className="pane grow">
          <div className="max-w-240">
            <ProofProvider>
              <Suspense fallback={<Spinner label="Reading the page" />}>
                <shown.Content />
              </Suspense>
            </ProofProvider>
          </div>
        </div>
      </div>
    </div>
  );
}

function PartList({ shown }: { shown: string }) {
  const me = useMe();
  const leave = () =>
    signOut().catch((error: Error) => toast(`Not signed out: ${error.message}`, { isError: true }));
  return (
    <nav aria-label="Account" className="pane flex grow flex-col px-2 py-2">
      <p className="px-2 pb-2">
        <span className="block truncate font-medium">{me.user.name}</span>
        <span className="block truncate text-12 text-ink-3">{me.user.email ?? me.org.name}</span>
      </p>
      {PARTS.map(({ id, label }) => (
        <Link
          key={id}
          to="/account/$section"
          params={{ section: id }}
          aria-current={id === shown ? "page" : undefined}
          className={clsx(
            "flex h-7 items-center rounded-md px-2 transition-colors duration-120 max-md:h-11 max-md:text-14",
            id === shown
              ? "font-medium md:bg-active md:text-ink"
              : "text-ink-2 hover:bg-hover hover:text-ink",
          )}
        >
          <span className="grow">{label}</span>
          <ChevronRight size={14} aria-hidden className="text-ink-3 md:hidden" />
        </Link>
      ))}
      <Button
        tone="quiet"
        icon={LogOut}
        onClick={() => void leave()}
        className="mt-3 justify-start px-2! max-md:h-11! max-md:text-14"
      >
        Sign out
      </Button>
    </nav>
  );
}
