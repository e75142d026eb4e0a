import { Undo2 } from "lucide-react";
import { moment } from "@/lib/format";
import { Button } from "@/ui/button";
import { Input } from "@/ui/field";
import type { DataClass } from "./queries";
import { daysWords, faultOfDays, rowsWords, type Typed, typedOf } from "./retention_draft";

interface Props {
  classes: readonly DataClass[];
  typed: Typed;
  /** What a change would delete at once, by class; null while it is not known. */
  goes: Record<string, number> | null;
  isFixed: boolean;
  onType: (key: string, text: string | null) => void;
}

/** Each class of data: what there is, since when, and for how long it stays. */
export function RetentionTable({ classes, ...rest }: Props) {
  return (
    <table aria-label="Classes of data" className="w-full max-lg:block">
      <thead className="max-lg:hidden">
        <tr className="border-b border-line text-left text-12 text-ink-3 *:font-normal">
          <th className="py-1.5 pr-3">Data</th>
          <th className="w-24 pr-3 text-right">Held</th>
          <th className="w-24 pr-4 text-right">Since</th>
          <th className="w-56 pr-3">Kept</th>
          <th className="w-24 text-right">Goes at once</th>
        </tr>
      </thead>
      <tbody className="max-lg:block">
        {classes.map((each) => (
          <ClassRow key={each.key} one={each} {...rest} />
        ))}
      </tbody>
    </table>
  );
}

type RowProps = Omit<Props, "classes"> & { one: DataClass };

function ClassRow({ one, typed, goes, isFixed, onType }: RowProps) {
  const { key, title, description, rows, oldest } = one;
  const text = typed[key] === undefined ? typedOf(one) : (typed[key] ?? null);
  const gone = goes?.[key];
  return (
    <tr className="border-b border-line align-top max-lg:grid max-lg:grid-cols-2 max-lg:gap-y-1 max-lg:py-2.5 lg:*:py-2.5">
      <td className="min-w-0 pr-3 max-lg:col-span-2">
        <span className="font-medium">{title}</span>
        <span className="block text-12 text-ink-3">{description}</span>
      </td>
      <td className="tabular lg:pr-3 lg:text-right">
        {rowsWords(rows)}
        <span className="text-ink-3 lg:hidden"> held</span>
      </td>
      <td className="tabular text-right text-ink-2 lg:pr-4">
        {oldest !== null && <span className="text-ink-3 lg:hidden">since </span>}
        {oldest === null ? <span className="max-lg:hidden">–</span> : moment(oldest)}
      </td>
      <td className="min-w-0 pr-3 max-lg:col-span-2">
        <Kept one={one} text={text} isFixed={isFixed} onType={(next) => onType(key, next)} />
      </td>
      <td className={`tabular lg:text-right ${gone ? "font-medium text-bad" : "text-ink-3"}`}>
        {gone !== undefined && rowsWords(gone)}
        {gone !== undefined && <span className="lg:hidden"> would go at once</span>}
      </td>
    </tr>
  );
}

const YEAR = 365;

/** Something to begin with where data was kept for ever. */
function usualDays({ least_days, most_days }: DataClass): number {
  return Math.min(Math.max(YEAR, least_days), most_days);
}

interface KeptProps {
  one: DataClass;
  text: string | null;
  isFixed: boolean;
  onType: (text: string | null) => void;
}

function Kept({ one, text, isFixed, onType }: KeptProps) {
  const { title, default_days, may_stay, days } = one;
  const fault = faultOfDays(text, one);
  const usual = default_days === null ? null : String(default_days);
  if (isFixed) return <span className="tabular">{daysWords(days)}</span>;
  return (
    <span className="flex flex-col gap-1">
      <span className="flex min-w-0 items-center gap-2">
        <Input
          aria-label={`Days that ${title} are kept`}
          aria-invalid={fault ? true : undefined}
          inputMode="numeric"
          value={text ?? ""}
          placeholder="–"
          disabled={text === null}
          onChange={({ target }) => onType(target.value)}
          className="tabular h-7! w-18! text-right"
        />
        <span className="text-ink-2">days</span>
        {may_stay && (
          <label className="ml-1 flex items-center gap-1.5 whitespace-nowrap text-ink-2">
            <input
              type="checkbox"
              aria-label={`Keep ${title} for ever`}
              className="size-4 accent-accent"
              checked={text === null}
              onChange={({ target }) =>
                onType(target.checked ? null : String(days ?? default_days ?? usualDays(one)))
              }
            />
            for ever
          </label>
        )}
      </span>
      {fault && (
        <span role="alert" className="text-12 text-bad">
          {fault}
        </span>
      )}
      {text !== usual && !fault && (
        <Button
          size="sm"
          tone="quiet"
          icon={Undo2}
          aria-label={`${title} as usual`}
          className="-ml-2 h-6! self-start text-12!"
          onClick={() => onType(usual)}
        >
          As usual: {daysWords(default_days)}
        </Button>
      )}
    </span>
  );
}
