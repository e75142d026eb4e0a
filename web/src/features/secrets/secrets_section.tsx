/** What agents and tools work with and people never see again. */
import { useQuery } from "@tanstack/react-query";
import { may } from "@/api/me";
import { Section } from "@/features/settings/section";
import { ErrorNote, Spinner } from "@/ui/notes";
import { EnterSecret } from "./enter_secret";
import { KeyOfOrg } from "./key_of_org";
import { Leases } from "./leases";
import { secretsQuery } from "./queries";
import { SecretRow } from "./secret_row";

export default function SecretsSection() {
  const { data, error, isPending } = useQuery(secretsQuery);
  const secrets = data?.items ?? [];
  return (
    <>
      {may("secrets:write") && (
        <Section
          title="Enter a secret"
          hint="A password or a token that tools work with. Once it is entered, nobody is shown it again, you neither."
        >
          <EnterSecret taken={secrets.map(({ name }) => name)} />
        </Section>
      )}
      <Section title="Secrets">
        {error && <ErrorNote title="The secrets could not be read" error={error} />}
        {isPending && <Spinner label="Reading the secrets" />}
        {data && secrets.length === 0 && (
          <p className="max-w-150 text-ink-2">
            No secret yet. What is entered above is listed here by its name, with its versions and
            who works with it.
          </p>
        )}
        {secrets.length > 0 && (
          <ul aria-label="Secrets" className="border-t border-line">
            {secrets.map((secret) => (
              <SecretRow key={secret.name} secret={secret} />
            ))}
          </ul>
        )}
      </Section>
      <Section
        title="Handed out"
        hint="Values that a run or a tool has for a while. Taken back, it is not given the value any more."
      >
        <Leases />
      </Section>
      <KeyOfOrg />
    </>
  );
}
