/** One model: its card, what it costs, how it does, and what one can do with it. */

import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useSearch } from "@tanstack/react-router";
import { Eye, EyeOff, MoreHorizontal, Trash2 } from "lucide-react";
import { may } from "@/api/me";
import { Section } from "@/features/settings/section";
import { Button, IconButton } from "@/ui/button";
import { CopyButton } from "@/ui/code_block";
import { ErrorNote, Spinner } from "@/ui/notes";
import { PaneHeader } from "@/ui/panes";
import { Menu } from "@/ui/popover";
import { CapabilityList } from "./capability";
import { isOurs, KINDS, NEW } from "./card_draft";
import { CardForm } from "./card_form";
import { isConnected, titleOf } from "./catalog_view";
import { CardMark, ConnectedMark } from "./marks";
import { ModelHealth } from "./model_health";
import { dayWords, PricePart } from "./price_part";
import { tokens } from "./price_text";
import { cardQuery } from "./queries";
import { TryPart } from "./try_part";
import type { CatalogItem } from "./types";
import { useBack } from "./use_back";
import { useCardChange } from "./use_card_change";
import { useReach } from "./use_reach";

export function ModelPage() {
  const { name } = useParams({ from: "/shell/models/catalog/$name" });
  return name === NEW ? <CardForm /> : <KnownModel key={name} name={name} />;
}

function KnownModel({ name }: { name: string }) {
  const onBack = useBack();
  const { data: item, error, refetch } = useQuery(cardQuery(name));
  if (item === undefined) {
    if (error === null) return <Spinner label="Reading the card" />;
    return (
      <>
        <PaneHeader title={name} onBack={onBack} />
        <ErrorNote
          className="m-4"
          title="This model could not be read"
          error={error}
          action={<Button onClick={() => refetch()}>Try again</Button>}
        />
      </>
    );
  }
  return (
    <>
      <PaneHeader
        title={titleOf(item.card)}
        onBack={onBack}
        aside={<CardMark status={item.card.status} isHidden={item.hidden} />}
        actions={<Actions item={item} />}
      />
      <div className="pane grow">
        <Facts item={item} />
        <PricePart item={item} />
        <ModelHealth item={item} />
        <TryPart item={item} />
      </div>
    </>
  );
}

function Actions({ item }: { item: CatalogItem }) {
  const { hide, forget, isBusy } = useCardChange(item);
  const onBack = useBack();
  return (
    <>
      <Button
        size="sm"
        icon={item.hidden ? Eye : EyeOff}
        isBusy={isBusy}
        onClick={() => hide(!item.hidden)}
      >
        {item.hidden ? "Show again" : "Hide"}
      </Button>
      {isOurs(item.card) && (
        <Menu
          trigger={<IconButton icon={MoreHorizontal} label="More about this model" />}
          items={[
            {
              label: "Delete your card",
              icon: Trash2,
              isDanger: true,
              onSelect: () => forget(`Your card of ${item.name} is deleted.`, onBack),
            },
          ]}
        />
      )}
    </>
  );
}

const SOURCES = {
  catalog: "ships with cadre",
  org: "said by your organisation",
  discovered: "named by the provider itself",
};

function Facts({ item }: { item: CatalogItem }) {
  const { card } = item;
  const reach = useReach();
  const kind = KINDS.find((each) => each.kind === card.kind)?.label ?? card.kind;
  return (
    <Section title="Card" hint={<StatusWords item={item} />}>
      <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-6 gap-y-1.5">
        <dt className="text-ink-3">Name</dt>
        <dd className="flex min-w-0 items-center gap-1">
          <code className="min-w-0 text-12 break-all">{item.name}</code>
          <CopyButton text={item.name} label="Copy the name" className="-my-1 size-6!" />
        </dd>
        <dt className="text-ink-3">Provider</dt>
        <dd className="flex flex-wrap items-center gap-x-3">
          {card.provider}
          <ConnectedMark isConnected={isConnected(item, reach)} />
          {!isConnected(item, reach) && may("providers:write") && (
            <Link
              to="/settings/$section"
              params={{ section: "models" }}
              className="text-accent-text hover:underline"
            >
              Connect it
            </Link>
          )}
        </dd>
        <dt className="text-ink-3">Kind</dt>
        <dd>{kind}</dd>
        <dt className="text-ink-3">Can do</dt>
        <dd>
          <CapabilityList capabilities={card.capabilities} />
        </dd>
        <dt className="text-ink-3">Context</dt>
        <dd className="tabular">{limitWords(card.context_tokens)}</dd>
        <dt className="text-ink-3">Longest output</dt>
        <dd className="tabular">{limitWords(card.output_tokens)}</dd>
        {card.quality !== null && (
          <>
            <dt className="text-ink-3">Quality</dt>
            <dd className="tabular">{card.quality} of 1, before anybody scored it here</dd>
          </>
        )}
        {card.aliases.length > 0 && (
          <>
            <dt className="text-ink-3">Also called</dt>
            <dd className="min-w-0 font-mono text-12 leading-5 break-words">
              {card.aliases.join(", ")}
            </dd>
          </>
        )}
        <dt className="text-ink-3">Card</dt>
        <dd>{SOURCES[card.source]}</dd>
      </dl>
    </Section>
  );
}

function limitWords(limit: number | null): string {
  return limit === null ? "unknown" : `${tokens(limit)} tokens`;
}

/** What is coming to an end, when, and what takes its place. */
function StatusWords({ item: { card, hidden } }: { item: CatalogItem }) {
  const search = useSearch({ from: "/shell/models/catalog" });
  if (card.status === "current" && !hidden) return null;
  const ends = card.ends_on && ` on ${dayWords(card.ends_on)}`;
  return (
    <>
      {hidden && "Hidden: nobody in your organisation can ask it. "}
      {card.status === "deprecated" && `Its provider ends it${ends ?? " at some time"}. `}
      {card.status === "retired" && `Its provider ended it${ends ?? ""}. `}
      {card.successor !== null && (
        <>
          In its place:{" "}
          <Link
            to="/models/$name"
            params={{ name: card.successor }}
            search={search}
            className="text-accent-text underline"
          >
            {card.successor}
          </Link>
        </>
      )}
    </>
  );
}
