import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { aboutWords, byAbout, givenBy, onWords } from "./permissions";
import { permissionsQuery, type Role } from "./queries";

/** What a role gives, in sentences. Each leads to who has it. */
export function RoleWords({ role }: { role: Role }) {
  const permissions = useQuery(permissionsQuery).data ?? [];
  const given = givenBy(role.grants, permissions);
  if (given.length === 0) return <p className="text-ink-2">It gives nothing yet.</p>;
  return (
    <div className="gap-x-8 md:columns-2">
      {byAbout(given).map(([about, own]) => (
        <div key={about} className="mb-3 break-inside-avoid">
          <h4 className="text-12 font-medium text-ink-2">{aboutWords(about)}</h4>
          <ul>
            {own.map(({ permission, description, on }) => (
              <li key={permission} className="py-0.5">
                <Link
                  to="/settings/$section"
                  params={{ section: "roles" }}
                  search={{ tab: "ask", q: permission }}
                  className="hover:underline"
                  title={`Who can? ${permission}`}
                >
                  {description}
                </Link>
                {!on.includes("*") && (
                  <span className="text-12 text-ink-3"> Only {onWords(on)}.</span>
                )}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
}
