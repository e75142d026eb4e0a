import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { may } from "@/api/me";
import { Section } from "@/features/settings/section";
import { useSettingsSearch } from "@/features/settings/use_settings_search";
import { Button } from "@/ui/button";
import { ErrorNote, Spinner } from "@/ui/notes";
import { DirectoryPart } from "./directory_part";
import { ProviderForm } from "./provider_form";
import { ProviderRow } from "./provider_row";
import { providersQuery } from "./queries";

/** Others who say who somebody is, and a directory that says who belongs here. */
export default function IdentitySection() {
  const { data, error } = useQuery(providersQuery);
  const { change } = useSettingsSearch();
  const [isAdding, setAdding] = useState(false);
  if (error && !data)
    return (
      <ErrorNote title="The identity providers could not be read" error={error} className="m-4" />
    );
  if (!data) return <Spinner label="Reading the identity providers" />;
  const mayChange = may("sign-in:write");
  return (
    <>
      <Section
        title="Identity providers"
        hint="People sign in by an account that they have already. Whoever may vouch for people can become any of them: give this to few."
        action={
          mayChange &&
          !isAdding && (
            <Button icon={Plus} onClick={() => setAdding(true)}>
              Add a provider
            </Button>
          )
        }
      >
        {data.length === 0 && !isAdding && (
          <p className="max-w-150 rounded-lg border border-line bg-canvas px-4 py-3 text-ink-2">
            None yet: people come in with a password, a passkey or a link. Add Google, Microsoft,
            GitHub, or any provider that speaks OpenID Connect, such as Okta or Keycloak; the
            sign-in page then has a button for it.
          </p>
        )}
        {data.length > 0 && (
          <ul aria-label="Identity providers" className="border-t border-line">
            {data.map((provider) => (
              <ProviderRow key={provider.id} provider={provider} />
            ))}
          </ul>
        )}
        {isAdding && (
          <div className={data.length > 0 ? "pt-4" : undefined}>
            <ProviderForm
              provider={null}
              onClose={() => setAdding(false)}
              onSaved={({ id }) => {
                setAdding(false);
                change({ open: id });
              }}
            />
          </div>
        )}
      </Section>
      <DirectoryPart />
    </>
  );
}
