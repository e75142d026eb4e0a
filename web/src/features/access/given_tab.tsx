import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { may } from "@/api/me";
import { Section } from "@/features/settings/section";
import { FilterText } from "@/ui/filter_text";
import { ErrorNote, Spinner } from "@/ui/notes";
import { BindingList } from "./binding_list";
import { GiveRole } from "./give_role";
import { useNameOf } from "./names";
import { bindingsQuery } from "./queries";

/** Who has which role, and where it counts. */
export function GivenTab() {
  const { data, error } = useQuery(bindingsQuery);
  const { q = "" } = useSearch({ from: "/shell/settings" });
  const navigate = useNavigate();
  const nameOf = useNameOf();
  if (error && !data)
    return <ErrorNote title="The given roles could not be read" error={error} className="m-4" />;
  if (!data) return <Spinner label="Reading who has which role" />;
  const wanted = q.toLowerCase();
  const shown = data.filter(({ subject, role, environment, resources }) =>
    [nameOf(subject.kind, subject.id), role, environment ?? "", ...resources]
      .join(" ")
      .toLowerCase()
      .includes(wanted),
  );
  return (
    <>
      {may("roles:write") && (
        <Section
          title="Give a role"
          hint="To a person, a group or a service account; everywhere, or in one project or environment only."
        >
          <GiveRole />
        </Section>
      )}
      <Section
        title="Who has which role"
        action={
          data.length > 8 && (
            <FilterText
              group="Roles"
              label="Filter who has which role"
              placeholder="Name or role"
              text={q}
              className="w-56 max-md:w-full"
              onChange={(text) =>
                void navigate({
                  to: ".",
                  search: (before) => ({ ...before, q: text || undefined }),
                  replace: true,
                })
              }
            />
          )
        }
      >
        <BindingList bindings={shown} nameOf={nameOf} />
        {shown.length === 0 && <p className="mt-3 text-ink-2">Nobody matches.</p>}
      </Section>
    </>
  );
}
