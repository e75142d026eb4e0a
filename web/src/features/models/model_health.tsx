import { useQuery } from "@tanstack/react-query";
import { Section } from "@/features/settings/section";
import { ErrorNote } from "@/ui/notes";
import { isConnected } from "./catalog_view";
import { dayCells, findTarget, wasAsked } from "./health";
import { FailureLine, FigureList } from "./health_figures";
import { healthQuery } from "./health_queries";
import { HealthStrip } from "./health_strip";
import { StandingMark } from "./marks";
import { ProbeButton } from "./probe_button";
import type { CatalogItem } from "./types";
import { useReach } from "./use_reach";

/** How one model does; nothing where it can't be asked at all. */
export function ModelHealth({ item }: { item: CatalogItem }) {
  const reach = useReach();
  const canAsk = isConnected(item, reach) && item.card.status !== "retired" && !item.hidden;
  const { data, error } = useQuery({ ...healthQuery, enabled: canAsk });
  if (!canAsk) return null;
  const target = findTarget(data?.providers, item.name);
  return (
    <Section
      title="Health"
      hint={target?.now.sentence}
      action={
        <div className="flex items-center gap-3">
          {target && <StandingMark state={target.now.state} circuit={target.now.circuit} />}
          {item.card.kind === "chat" && <ProbeButton name={item.name} />}
        </div>
      }
    >
      {error && data === undefined && (
        <ErrorNote title="Its health could not be read" error={error} />
      )}
      {target !== null && wasAsked(target) ? (
        <div className="flex max-w-150 flex-col gap-3">
          <HealthStrip
            label={`The last 24 hours of ${item.name}`}
            cells={dayCells(target.day, data?.at ?? 0)}
          />
          <FigureList measures={target.now} />
          <FailureLine failure={target.now.last_failure} />
        </div>
      ) : (
        !error && (
          <p className="max-w-150 text-ink-2">
            Nobody has asked it in the last day. A probe asks it for one word and shows whether it
            answers; what it costs is a fraction of a cent and counts as usage.
          </p>
        )
      )}
    </Section>
  );
}
