import { CalendarDays } from "lucide-react";
import { useState } from "react";
import { Button } from "@/ui/button";
import { Field, Input, Select } from "@/ui/field";
import { Popover } from "@/ui/popover";
import { readDay, SPANS, type Span, spanWords } from "./timespan";
import { useSpan, useUsageSearch } from "./usage_search";

/** Which time the page is about; it stays in the address. */
export function SpanChoice() {
  const { change } = useUsageSearch();
  const { span } = useSpan();
  return (
    <>
      <Select
        aria-label="Time"
        value={span.id}
        onChange={({ target }) => {
          const isOwn = target.value === "own";
          change({
            span: target.value === "30d" ? undefined : target.value,
            since: isOwn ? span.first : undefined,
            until: isOwn ? span.last : undefined,
          });
        }}
        className="[&>select]:h-7 [&>select]:text-12"
      >
        {SPANS.map(({ id, label }) => (
          <option key={id} value={id}>
            {label}
          </option>
        ))}
      </Select>
      <Popover
        label="Own dates"
        align="end"
        trigger={
          <Button size="sm" tone="quiet" icon={CalendarDays}>
            <span className="sr-only">Dates:</span>
            <span className="tabular max-md:sr-only">{spanWords(span)}</span>
          </Button>
        }
      >
        <OwnDates key={`${span.first} ${span.last}`} span={span} />
      </Popover>
    </>
  );
}

function OwnDates({ span }: { span: Span }) {
  const { change } = useUsageSearch();
  const [first, setFirst] = useState(span.first);
  const [last, setLast] = useState(span.last);
  const [error, setError] = useState<string | null>(null);
  const apply = () => {
    const from = readDay(first);
    const to = readDay(last);
    if (from === null || to === null) return setError("Give both days.");
    if (from > to) return setError("The last day is before the first.");
    return change({ span: "own", since: first, until: last });
  };
  return (
    <form
      className="flex w-64 flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <Field label="First day">
        {(ids) => (
          <Input
            {...ids}
            type="date"
            value={first}
            onChange={({ target }) => setFirst(target.value)}
          />
        )}
      </Field>
      <Field label="Last day" error={error} hint="Both days count in full. Days are UTC.">
        {(ids) => (
          <Input
            {...ids}
            type="date"
            value={last}
            onChange={({ target }) => setLast(target.value)}
          />
        )}
      </Field>
      <Button type="submit" tone="primary">
        Show these days
      </Button>
    </form>
  );
}
