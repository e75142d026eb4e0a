import { useQuery } from "@tanstack/react-query";
import { Select } from "@/ui/field";
import { Chosen } from "./chosen";
import { type Dimension, dimensionLabel, type Filter, filterOf, NONE, without } from "./filter";
import { useNames } from "./names";
import { breakdownQuery } from "./queries";
import { askOf } from "./timespan";
import { useSpan, useUsageSearch } from "./usage_search";

const CHOICES: { dimension: Dimension; all: string }[] = [
  { dimension: "status", all: "Any outcome" },
  { dimension: "model", all: "All models" },
  { dimension: "agent", all: "All agents" },
  { dimension: "key", all: "All keys" },
  { dimension: "via", all: "Every way in" },
];
const LISTED = new Set<Dimension>(CHOICES.map(({ dimension }) => dimension));

/** The filters, which live in the address and nowhere else. */
export function CallFilters() {
  const { search } = useUsageSearch();
  const filter = filterOf(search);
  const others = Object.entries(filter).filter(([name]) => !LISTED.has(name as Dimension));
  return (
    <div className="flex min-w-0 items-center gap-2 overflow-x-auto px-4 py-2">
      {CHOICES.map((choice) => (
        <NameChoice key={choice.dimension} {...choice} filter={filter} />
      ))}
      <Chosen filter={Object.fromEntries(others) as Filter} isBare />
    </div>
  );
}

interface ChoiceProps {
  dimension: Dimension;
  all: string;
  filter: Filter;
}

/** Only names that there are calls of in this time, under the other filters. */
function NameChoice({ dimension, all, filter }: ChoiceProps) {
  const { change } = useUsageSearch();
  const { span } = useSpan();
  const nameOf = useNames();
  const ask = { ...askOf(span), ...without(filter, dimension) };
  const { data } = useQuery({ ...breakdownQuery(ask, dimension), refetchInterval: false });
  const names = new Set((data?.items ?? []).map(({ name }) => name || NONE));
  const name = filter[dimension];
  if (name !== undefined) names.add(name);
  return (
    <Select
      aria-label={dimensionLabel(dimension)}
      value={name ?? ""}
      onChange={({ target }) =>
        change({ [dimension]: target.value || undefined, call: undefined, at: undefined })
      }
      className="shrink-0 [&>select]:h-7 [&>select]:max-w-44 [&>select]:text-12 max-md:[&>select]:h-9"
    >
      <option value="">{all}</option>
      {[...names].map((each) => (
        <option key={each} value={each}>
          {nameOf(dimension, each)}
        </option>
      ))}
    </Select>
  );
}
