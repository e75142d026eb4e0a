import { Link, useSearch } from "@tanstack/react-router";
import { type Column, DataTable } from "@/ui/data_table";
import { CapabilityIcons } from "./capability";
import { isConnected, type Reach, titleOf } from "./catalog_view";
import { CardMark, ProviderMark } from "./marks";
import { cellPrice, tokens } from "./price_text";
import type { CatalogItem } from "./types";

interface Props {
  items: CatalogItem[];
  index: number;
  reach: Reach;
  onOpen: (item: CatalogItem) => void;
  sort: string | undefined;
  onSort: (column: string) => void;
}

/** Every model in a line; prices are for a million tokens unless they say otherwise. */
export function ModelTable({ items, index, reach, onOpen, sort, onSort }: Props) {
  return (
    <DataTable
      label="Models"
      columns={columnsFor(reach)}
      rows={items}
      keyOf={(item) => item.name}
      activeIndex={index}
      onOpen={onOpen}
      sort={sort}
      onSort={onSort}
    />
  );
}

function columnsFor(reach: Reach): Column<CatalogItem>[] {
  return [
    {
      id: "name",
      header: "Model",
      width: "minmax(240px, 1fr)",
      isSortable: true,
      cell: (item) => <Name item={item} />,
    },
    {
      id: "provider",
      header: "Provider",
      width: "136px",
      isSortable: true,
      cell: (item) => (
        <ProviderMark name={item.card.provider} isConnected={isConnected(item, reach)} />
      ),
    },
    {
      id: "status",
      header: "Status",
      width: "116px",
      isSortable: true,
      cell: ({ card, hidden }) => <CardMark status={card.status} isHidden={hidden} />,
    },
    {
      id: "capabilities",
      header: "Can do",
      width: "176px",
      cell: ({ card }) => <CapabilityIcons capabilities={card.capabilities} />,
    },
    {
      id: "context",
      header: "Context",
      width: "76px",
      isNumber: true,
      isSortable: true,
      cell: ({ card }) => <Limit limit={card.context_tokens} />,
    },
    {
      id: "output",
      header: "Output",
      width: "76px",
      isNumber: true,
      isSortable: true,
      cell: ({ card }) =>
        card.output_tokens === null && card.kind !== "chat" ? (
          <Amount text="" />
        ) : (
          <Limit limit={card.output_tokens} />
        ),
    },
    {
      id: "input_price",
      header: "In, $/M",
      width: "84px",
      isNumber: true,
      isSortable: true,
      cell: ({ card }) => <Amount text={cellPrice(card, "input")} />,
    },
    {
      id: "output_price",
      header: "Out, $/M",
      width: "112px",
      isNumber: true,
      isSortable: true,
      cell: ({ card }) => <Amount text={cellPrice(card, "output")} />,
    },
  ];
}

function Name({ item }: { item: CatalogItem }) {
  const search = useSearch({ from: "/shell/models/catalog" });
  const title = titleOf(item.card);
  return (
    <span className="flex min-w-0 items-baseline gap-2">
      <Link
        to="/models/$name"
        params={{ name: item.name }}
        search={search}
        className="max-w-[62%] shrink-0 truncate font-medium text-ink"
      >
        {title}
      </Link>
      {title !== item.card.id && (
        <span className="min-w-0 truncate font-mono text-11 text-ink-3">{item.card.id}</span>
      )}
    </span>
  );
}

function Limit({ limit }: { limit: number | null }) {
  return <span className={limit === null ? "text-ink-3" : undefined}>{tokens(limit)}</span>;
}

function Amount({ text }: { text: string }) {
  if (text === "") return <span className="sr-only">not offered</span>;
  return <span className={text === "unknown" ? "text-ink-3" : undefined}>{text}</span>;
}
