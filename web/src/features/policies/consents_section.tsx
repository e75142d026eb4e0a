/** What people let tools do without being asked: one's own, and with the permission everybody's. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { may, useMe } from "@/api/me";
import { Section } from "@/features/settings/section";
import { useSettingsSearch } from "@/features/settings/use_settings_search";
import { Choice } from "@/features/usage/choice";
import { Button } from "@/ui/button";
import { ErrorNote, Spinner } from "@/ui/notes";
import { ConsentForm } from "./consent_form";
import { type Consent, consentsQuery } from "./consent_queries";
import { ConsentRow } from "./consent_row";
import { useNames } from "./use_names";

const WHOSE = [
  { id: "mine", label: "Mine" },
  { id: "everybody", label: "Everybody" },
];

export default function ConsentsSection() {
  const { search, change } = useSettingsSearch();
  const everybody = search.tab === "everybody" && may("consent:read");
  return (
    <>
      <Section
        title="Give a consent"
        hint="Where a call is asked about and a consent may answer, it is made without waiting for you. Give as little as will do; you can withdraw it at any time."
      >
        <ConsentForm />
      </Section>
      <Section
        title={everybody ? "Consents of everybody" : "My consents"}
        action={
          may("consent:read") && (
            <Choice
              label="Whose"
              options={WHOSE}
              value={everybody ? "everybody" : "mine"}
              onChange={(tab) => change({ tab: tab === "mine" ? undefined : tab })}
            />
          )
        }
      >
        <ConsentList everybody={everybody} />
      </Section>
    </>
  );
}

function ConsentList({ everybody }: { everybody: boolean }) {
  const { user } = useMe();
  const nameOf = useNames(everybody);
  const query = useInfiniteQuery(consentsQuery(everybody, undefined));
  const all = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const open = all.filter(isOpen);
  const over = all.filter((consent) => !isOpen(consent));
  if (query.error && all.length === 0)
    return <ErrorNote title="The consents could not be read" error={query.error} />;
  if (query.isPending) return <Spinner label="Reading the consents" />;
  if (all.length === 0) {
    return (
      <p className="max-w-150 text-ink-2">
        None yet. When an agent asks for one, it stands here with the question, and a call that
        needs it waits.
      </p>
    );
  }
  const rows = (consents: Consent[]) =>
    consents.map((consent) => (
      <ConsentRow
        key={consent.id}
        consent={consent}
        isOwn={consent.user_id === user.id}
        owner={everybody ? nameOf(consent.user_id) : undefined}
      />
    ));
  return (
    <>
      {open.length > 0 && (
        <ul aria-label="Consents" className="border-t border-line">
          {rows(open)}
        </ul>
      )}
      {over.length > 0 && (
        <details className="mt-3" open={open.length === 0}>
          <summary className="w-fit text-12 text-ink-2">Over ({over.length})</summary>
          <ul aria-label="Consents that are over" className="mt-2 border-t border-line">
            {rows(over)}
          </ul>
        </details>
      )}
      {query.hasNextPage && (
        <Button
          size="sm"
          className="mt-3"
          isBusy={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Show older ones
        </Button>
      )}
    </>
  );
}

function isOpen({ status }: Consent): boolean {
  return status === "requested" || status === "granted";
}
