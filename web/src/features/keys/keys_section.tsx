import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { may } from "@/api/me";
import { Section } from "@/features/settings/section";
import { FilterText } from "@/ui/filter_text";
import { ErrorNote, Spinner } from "@/ui/notes";
import { KeyForm } from "./key_form";
import { KeyList } from "./key_list";
import { keysQuery } from "./queries";

const MANY = 8;

/** Keys of the API: one's own, and everybody's for whoever may see them. */
export default function KeysSection() {
  const { data: keys, error } = useQuery(keysQuery);
  const { q = "" } = useSearch({ from: "/shell/settings" });
  const navigate = useNavigate();
  const shown = (keys ?? []).filter(({ name, prefix, owner }) =>
    `${name} ${prefix} ${owner.name}`.toLowerCase().includes(q.toLowerCase()),
  );
  return (
    <>
      <Section
        title="New key"
        hint="For programs that call the HTTP API or ask models through the gateway."
      >
        <KeyForm />
      </Section>
      <Section
        title={may("keys:read") ? "Everybody's keys" : "Your keys"}
        action={
          (keys?.length ?? 0) > MANY && (
            <FilterText
              group="API keys"
              label="Filter the keys"
              placeholder="Name, beginning, owner"
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
        {error && !keys && <ErrorNote title="The keys could not be read" error={error} />}
        {!keys && !error && <Spinner label="Reading the keys" />}
        {keys?.length === 0 && (
          <p className="text-ink-2">
            No key yet. What you make above is listed here, without the key itself.
          </p>
        )}
        {keys && keys.length > 0 && shown.length === 0 && (
          <p className="text-ink-2">No key matches.</p>
        )}
        {shown.length > 0 && <KeyList label="API keys" keys={shown} />}
      </Section>
    </>
  );
}
