import { useInfiniteQuery } from "@tanstack/react-query";
import { may } from "@/api/me";
import { AskedButton } from "@/features/account/asked_button";
import { useNames } from "@/features/policies/use_names";
import { ago, exactMoment } from "@/lib/format";
import { Button } from "@/ui/button";
import { ErrorNote, Spinner } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { leasesQuery, type SecretLease, useRevokeLease } from "./queries";

/** What is handed out just now. */
export function Leases() {
  const query = useInfiniteQuery(leasesQuery);
  const leases = query.data?.pages.flatMap(({ items }) => items) ?? [];
  if (query.error && leases.length === 0)
    return <ErrorNote title="It could not be read" error={query.error} />;
  if (query.isPending) return <Spinner label="Reading what is handed out" />;
  if (leases.length === 0) return <p className="text-ink-2">Nothing is handed out just now.</p>;
  return (
    <>
      <ul aria-label="Handed out" className="border-t border-line">
        {leases.map((lease) => (
          <LeaseRow key={lease.id} lease={lease} />
        ))}
      </ul>
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

function LeaseRow({ lease }: { lease: SecretLease }) {
  const revoke = useRevokeLease();
  const nameOf = useNames();
  const take = () =>
    revoke.mutate(lease.id, {
      onSuccess: () => toast(`${lease.holder} is not given ${lease.name} any more.`),
      onError: (error) => toast(`Not taken back: ${error.message}`, { isError: true }),
    });
  return (
    <li className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2">
      <span className="min-w-44 grow basis-44">
        <code className="text-12 font-medium break-all">{lease.name}</code> to{" "}
        <code className="text-12 break-all">{lease.holder}</code>
        <span className="block text-12 text-ink-3">
          version {lease.version}, by {nameOf(lease.leased_by)} {ago(lease.leased_at)}, until{" "}
          {exactMoment(lease.expires_at)}
        </span>
      </span>
      {may("secrets:write") && (
        <AskedButton
          label="Take back"
          name={`Take ${lease.name} back from ${lease.holder}`}
          answer="Take it back"
          isBusy={revoke.isPending}
          onYes={take}
        />
      )}
    </li>
  );
}
