/** The person in the rail. The menu comes when it is wanted, and stands around the button from then on. */
import { ChevronsUpDown } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useMe } from "@/api/me";
import { Avatar } from "./avatar";
import { useOwnPicture } from "./own_picture";

const AccountMenu = lazy(() => import("./account_menu"));

export default function PersonButton() {
  const { name } = useMe().user;
  const picture = useOwnPicture();
  const [isWanted, setWanted] = useState(false);
  const button = (
    <button
      type="button"
      aria-haspopup="menu"
      onClick={() => setWanted(true)}
      className="flex h-8 min-w-0 grow items-center gap-2 rounded-md px-1.5 text-12 text-ink-2 hover:bg-hover hover:text-ink"
    >
      <Avatar name={name} src={picture} className="size-5 text-[9px]" />
      <span className="min-w-0 grow truncate text-left">{name}</span>
      <ChevronsUpDown size={12} aria-hidden className="shrink-0 text-ink-3" />
    </button>
  );
  if (!isWanted) return button;
  return (
    <Suspense fallback={button}>
      <AccountMenu trigger={button} />
    </Suspense>
  );
}
