import { may } from "@/api/me";
import { AskedButton } from "@/features/account/asked_button";
import { Section } from "@/features/settings/section";
import { ago, count, exactMoment } from "@/lib/format";
import { ErrorNote } from "@/ui/notes";
import { type Retention, useApplyRetention } from "./queries";

/** When it was applied last and what went; and now, for whoever can't wait for the hour. */
export function ApplyPart({ state }: { state: Retention }) {
  const apply = useApplyRetention();
  const { applied_at, deleted, hold, items } = state;
  const titles = new Map(items.map(({ key, title }) => [key, title]));
  const shown = apply.data?.deleted ?? deleted;
  const gone = Object.entries(shown).filter(([, rows]) => rows > 0);
  return (
    <Section title="Applied" hint="Every hour, by itself.">
      <p role="status" title={applied_at ? exactMoment(applied_at) : undefined}>
        {applied_at === null ? "Not yet." : `Last ${ago(applied_at)}. `}
        {applied_at !== null && gone.length === 0 && "Nothing was old enough."}
        {apply.data?.finished === false && "There is more, which goes within the hour."}
      </p>
      {gone.length > 0 && (
        <ul aria-label="What went" className="mt-1">
          {gone.map(([key, rows]) => (
            <li key={key} className="tabular text-ink-2">
              {titles.get(key) ?? key}: {count(rows)}
            </li>
          ))}
        </ul>
      )}
      {may("data:write") && hold === null && (
        <div className="mt-3">
          <AskedButton
            label="Apply now"
            tone="default"
            answer="Delete what is too old, for good"
            isBusy={apply.isPending}
            onYes={() => apply.mutate(undefined)}
          />
        </div>
      )}
      {apply.error && <ErrorNote title="Not applied" error={apply.error} className="mt-3" />}
    </Section>
  );
}
