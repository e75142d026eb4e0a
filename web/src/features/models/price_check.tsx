import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, RefreshCw } from "lucide-react";
import { Section } from "@/features/settings/section";
import { count } from "@/lib/format";
import { Button } from "@/ui/button";
import { ErrorNote, Spinner } from "@/ui/notes";
import { toast } from "@/ui/toast";
import { isOurs } from "./card_draft";
import { dayWords } from "./price_part";
import { price, unitWords } from "./price_text";
import { adoptPrices, catalogQuery, deleteCard, priceCheckQuery, useChange } from "./queries";
import type { PriceCheck, PriceDifference } from "./types";

export function PriceCheckPart() {
  const { data, error, isPending, isFetching, refetch } = useQuery(priceCheckQuery);
  return (
    <Section
      title="Beside the public list"
      hint="The prices here, compared unit by unit with genai-prices, a public list that comes with cadre. Where they differ, one of the two is wrong or older: look it up, then take over what is right."
      action={
        <Button size="sm" icon={RefreshCw} isBusy={isFetching} onClick={() => refetch()}>
          Compare again
        </Button>
      }
    >
      {isPending && <Spinner label="Comparing" />}
      {error && data === undefined && (
        <ErrorNote title="The prices could not be compared" error={error} />
      )}
      {data && <Check check={data} />}
    </Section>
  );
}

function Check({ check }: { check: PriceCheck }) {
  const models = [...new Set(check.differences.map(({ model }) => model))];
  return (
    <>
      <p className="mb-3 flex flex-wrap items-center gap-x-2">
        {models.length === 0 && <CircleCheck size={14} aria-hidden className="text-ok" />}
        {count(check.compared, "model")} compared,{" "}
        {models.length === 0 ? "all the same." : `${count(models.length)} differ.`}
      </p>
      {models.length > 0 && <Differences models={models} differences={check.differences} />}
      <div className="mt-4 flex flex-col gap-1">
        <Names
          title="without any price here"
          why="Their calls count as unknown until somebody says what they cost."
          names={check.unpriced}
          isLinked
        />
        <Names
          title="that the public list does not have"
          why="Their price can't be checked."
          names={check.unlisted}
          isLinked
        />
        <Names
          title="listed publicly, without a card here"
          why="Add one if you use it."
          names={check.missing}
        />
      </div>
    </>
  );
}

interface DifferencesProps {
  models: string[];
  differences: PriceDifference[];
}

function Differences({ models, differences }: DifferencesProps) {
  const adopt = useAdopt();
  return (
    <ul aria-label="Differences" className="max-w-240 border-t border-line">
      {models.map((model) => (
        <li
          key={model}
          className="grid gap-x-4 gap-y-1 border-b border-line py-2 md:grid-cols-[minmax(0,1fr)_minmax(0,2fr)_auto]"
        >
          <Link
            to="/models/$name"
            params={{ name: model }}
            className="min-w-0 font-mono text-12 leading-5 break-all text-accent-text hover:underline"
          >
            {model}
          </Link>
          <ul>
            {differences
              .filter((each) => each.model === model)
              .map((each) => (
                <Difference key={each.unit} difference={each} />
              ))}
          </ul>
          <div>
            <Button
              size="sm"
              isBusy={adopt.isPending && adopt.variables === model}
              aria-label={`Take it over: the public price of ${model}`}
              onClick={() => adopt.take(model)}
            >
              Take it over
            </Button>
          </div>
        </li>
      ))}
    </ul>
  );
}

function Difference({
  difference: { unit, ours, theirs, since },
}: {
  difference: PriceDifference;
}) {
  const { label, per } = unitWords(unit);
  return (
    <li className="tabular">
      <span className="text-ink-2">{label}: </span>
      <span className={ours === null ? "text-ink-3" : undefined}>{price(ours)}</span>
      <span className="text-ink-3"> here, </span>
      <span className={theirs === null ? "text-ink-3" : "font-medium"}>{price(theirs)}</span>
      <span className="text-ink-3"> publicly</span>
      <span className="text-12 text-ink-3">
        {" "}
        per {per}
        {since && `, since ${dayWords(since)}`}
      </span>
    </li>
  );
}

/** A public price becomes the org's own; forgetting the card undoes it where there was none. */
function useAdopt() {
  const catalog = useQuery(catalogQuery).data;
  const adopt = useChange((model: string) => adoptPrices([model]));
  const forget = useChange(deleteCard);
  const onError = (error: Error) => toast(`Not taken over: ${error.message}`, { isError: true });
  const take = (model: string) => {
    const before = catalog?.items.find(({ name }) => name === model);
    const canUndo = before !== undefined && !isOurs(before.card) && !before.hidden;
    adopt.mutate(model, {
      onSuccess: () =>
        toast(`The public price of ${model} counts from the next call.`, {
          ...(canUndo ? { onUndo: () => forget.mutate(model) } : {}),
          seconds: 10,
        }),
      onError,
    });
  };
  return { ...adopt, take };
}

interface NamesProps {
  title: string;
  why: string;
  names: string[];
  isLinked?: boolean;
}

function Names({ title, why, names, isLinked = false }: NamesProps) {
  if (names.length === 0) return null;
  return (
    <details>
      <summary className="w-fit py-1 text-ink-2 hover:text-ink">
        {count(names.length, "model")} {title}
      </summary>
      <p className="mt-1 pl-4 text-12 text-ink-3">{why}</p>
      <ul className="my-1 gap-x-6 pl-4 font-mono text-12 leading-5 md:columns-2">
        {names.map((name) => (
          <li key={name} className="break-all">
            {isLinked ? (
              <Link to="/models/$name" params={{ name }} className="hover:underline">
                {name}
              </Link>
            ) : (
              name
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}
