/** What the address says about usage: how it is grouped, and which calls are meant. */
import type { SpanSearch } from "./timespan";

export const DIMENSIONS = [
  { id: "model", label: "Model", none: "No model" },
  { id: "provider", label: "Provider", none: "No provider" },
  { id: "agent", label: "Agent", none: "No agent" },
  { id: "key", label: "API key", none: "No key" },
  { id: "user", label: "User", none: "No user" },
  { id: "project", label: "Project", none: "No project" },
  { id: "via", label: "Way in", none: "Unknown" },
  { id: "status", label: "Outcome", none: "Unknown" },
  { id: "kind", label: "Kind", none: "Unknown" },
] as const;

export type Dimension = (typeof DIMENSIONS)[number]["id"];
export type Filter = { [Name in Dimension]?: string | undefined };
export type Metric = "cost" | "tokens" | "calls";

export interface UsageSearch extends SpanSearch, Filter {
  by?: string | undefined;
  show?: string | undefined;
  sort?: string | undefined;
  call?: string | undefined;
  at?: string | undefined;
  columns?: string | undefined;
  budget?: string | undefined;
}

/** Calls without an agent or a key have an empty name, which an address can't say. */
export const NONE = "(none)";

export function readDimension(by: string | undefined): Dimension {
  return DIMENSIONS.find(({ id }) => id === by)?.id ?? "model";
}

export function readMetric(show: string | undefined): Metric {
  return show === "tokens" || show === "calls" ? show : "cost";
}

export function dimensionLabel(id: Dimension): string {
  return DIMENSIONS.find((each) => each.id === id)?.label ?? id;
}

export function noneLabel(id: Dimension): string {
  return DIMENSIONS.find((each) => each.id === id)?.none ?? "None";
}

export function filterOf(search: UsageSearch): Filter {
  const pairs = DIMENSIONS.flatMap(({ id }) => (search[id] ? [[id, search[id]]] : []));
  return Object.fromEntries(pairs) as Filter;
}

export function chosen(filter: Filter): { dimension: Dimension; name: string }[] {
  return DIMENSIONS.flatMap(({ id }) => {
    const name = filter[id];
    return name === undefined ? [] : [{ dimension: id, name }];
  });
}

/** All but one: a table goes on showing the neighbours of what was chosen in it. */
export function without(filter: Filter, dimension: Dimension): Filter {
  return { ...filter, [dimension]: undefined };
}

export function noFilter(): Filter {
  return Object.fromEntries(DIMENSIONS.map(({ id }) => [id, undefined])) as Filter;
}

export type Question = Record<string, string | undefined>;

/** `NONE` becomes the empty name that the server knows. */
export function questionText(question: Question): string {
  const pairs = Object.entries(question).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value === NONE ? "" : value]],
  );
  return new URLSearchParams(pairs).toString();
}
