/** The account: who one is here, and what protects it. */
import { LogOut } from "lucide-react";
import { lazy } from "react";
import { useMe } from "@/api/me";
import { type Part, PartedPage } from "@/features/settings/parted_page";
import { Button } from "@/ui/button";
import { toast } from "@/ui/toast";
import { Avatar } from "./avatar";
import { signOut } from "./leaving";
import { useOwnPicture } from "./own_picture";
import { ProofProvider } from "./proof";

const PARTS: Part[] = [
  { id: "profile", label: "Profile", Content: lazy(() => import("./profile_part")) },
  { id: "security", label: "Security", Content: lazy(() => import("./security_part")) },
  { id: "devices", label: "Devices", Content: lazy(() => import("./devices_part")) },
  {
    id: "data",
    label: "Your data",
    Content: lazy(() => import("@/features/privacy/own_data_part")),
  },
];

export function AccountPage() {
  return (
    <ProofProvider>
      <PartedPage title="Account" base="/account" parts={PARTS} head={<Who />} foot={<Leave />} />
    </ProofProvider>
  );
}

function Who() {
  const { user, org } = useMe();
  return (
    <p className="flex min-w-0 items-center gap-2.5 px-4 pb-2">
      <Avatar name={user.name} src={useOwnPicture()} className="size-8 text-12" />
      <span className="min-w-0">
        <span className="block truncate font-medium">{user.name}</span>
        <span className="block truncate text-12 text-ink-3">{user.email ?? org.name}</span>
      </span>
    </p>
  );
}

function Leave() {
  const leave = () =>
    signOut().catch((error: Error) => toast(`Not signed out: ${error.message}`, { isError: true }));
  return (
    <div className="px-2">
      <Button
        tone="quiet"
        icon={LogOut}
        onClick={() => void leave()}
        className="w-full justify-start px-2! max-md:h-11! max-md:text-14"
      >
        Sign out
      </Button>
    </div>
  );
}
