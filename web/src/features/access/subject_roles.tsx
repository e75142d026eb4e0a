import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { may } from "@/api/me";
import { Button } from "@/ui/button";
import { BindingList } from "./binding_list";
import { GiveRole } from "./give_role";
import { type Binding, bindingsQuery, type Subject } from "./queries";

interface Props {
  subject: Subject;
  /** What it means that there is none. */
  empty: string;
  heading?: string;
  /** The role that is chosen elsewhere, which counts everywhere: not told twice. */
  except?: string;
}

/** The roles of one: given and taken here. Nothing for whoever may not see roles. */
export function SubjectRoles({ subject, empty, heading = "Roles", except }: Props) {
  const [isOpen, setOpen] = useState(false);
  const maySee = may("roles:read");
  const { data } = useQuery({ ...bindingsQuery, enabled: maySee });
  if (!maySee) return null;
  const own = (data ?? []).filter(
    (each) =>
      each.subject.kind === subject.kind &&
      each.subject.id === subject.id &&
      !(each.role === except && isEverywhere(each)),
  );
  return (
    <div>
      <h3 className="mb-1.5 text-12 font-medium text-ink-2">{heading}</h3>
      {own.length > 0 && <BindingList bindings={own} />}
      {data && own.length === 0 && <p className="text-ink-2">{empty}</p>}
      {may("roles:write") && (
        <div className="mt-2">
          {isOpen ? (
            <GiveRole subject={subject} onDone={() => setOpen(false)} />
          ) : (
            <Button size="sm" icon={Plus} onClick={() => setOpen(true)}>
              Give a role
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function isEverywhere({ project, environment, resources }: Binding): boolean {
  return project === null && environment === null && resources.length === 0;
}
