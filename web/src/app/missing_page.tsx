import { Link } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { buttonClass } from "@/ui/button";
import { EmptyState } from "@/ui/notes";

export function MissingPage() {
  return (
    <main className="grow">
      <EmptyState
        icon={Compass}
        title="There is nothing at this address"
        action={
          <Link to="/" className={buttonClass()}>
            Go to chat
          </Link>
        }
      >
        It may have been deleted, or the link is incomplete.
      </EmptyState>
    </main>
  );
}
