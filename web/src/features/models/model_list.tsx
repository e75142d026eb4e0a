import { Link, useSearch } from "@tanstack/react-router";
import { rowClass } from "@/ui/panes";
import { VirtualList } from "@/ui/virtual_list";
import { CapabilityIcons } from "./capability";
import { isUsable, type Reach, titleOf } from "./catalog_view";
import { CardMark } from "./marks";
import { cellPrice, tokens } from "./price_text";
import type { CatalogItem } from "./types";

interface Props {
  items: CatalogItem[];
  index: number;
  reach: Reach;
  onOpen: (item: CatalogItem) => void;
}

/** Two lines a model: what it is called, and what decides whether to take it. */
export function ModelList({ items, index, reach }: Props) {
  const search = useSearch({ from: "/shell/models/catalog" });
  return (
    <VirtualList
      label="Models"
      items={items}
      rowHeight={52}
      keyOf={(item) => item.name}
      activeIndex={index}
    >
      {(item, at) => (
        <Link
          to="/models/$name"
          params={{ name: item.name }}
          search={search}
          aria-current={at === index ? "true" : undefined}
          className={rowClass({ isActive: at === index, className: "h-full items-center gap-3" })}
        >
          <span className="min-w-0 grow">
            <span className="flex min-w-0 items-baseline gap-2">
              <span className="truncate font-medium text-ink">{titleOf(item.card)}</span>
              <span className="shrink-0 text-12 text-ink-3">{item.card.provider}</span>
            </span>
            <span className="flex h-5 items-center gap-2 text-12 text-ink-3">
              <CapabilityIcons capabilities={item.card.capabilities} />
            </span>
          </span>
          <span className="tabular shrink-0 text-right text-12 text-ink-2">
            <Prices item={item} />
            <span className="flex h-5 items-center justify-end text-ink-3">
              <Standing item={item} isUsable={isUsable(item, reach)} />
            </span>
          </span>
        </Link>
      )}
    </VirtualList>
  );
}

function Prices({ item: { card } }: { item: CatalogItem }) {
  const [input, output] = [cellPrice(card, "input"), cellPrice(card, "output")];
  if (input === output) return <span>{input === "unknown" ? "price unknown" : input}</span>;
  return <span>{[input, output].filter(Boolean).join(" / ")}</span>;
}

function Standing({ item, isUsable }: { item: CatalogItem; isUsable: boolean }) {
  const { card, hidden } = item;
  if (hidden || card.status !== "current")
    return <CardMark status={card.status} isHidden={hidden} />;
  if (isUsable) return <span className="text-ok">ready to use</span>;
  return <span>{tokens(card.context_tokens)} context</span>;
}
