import { clsx } from "clsx";
import { useState } from "react";
import { count } from "@/lib/format";
import { Button } from "@/ui/button";
import type { Table } from "./values";

const SHOWN = 100;

/** A result's table: numbers to the right, the header stays. */
export function TableView({ table, label }: { table: Table; label: string }) {
  const [shown, setShown] = useState(SHOWN);
  const numeric = table.columns.map((_, at) => isNumeric(table.rows, at));
  const decimals = table.columns.map((_, at) => decimalsOf(table.rows, at));
  return (
    <figure className="min-w-0 overflow-hidden rounded-lg border border-line">
      <div tabIndex={0} className="max-h-96 overflow-auto outline-offset-[-2px]">
        <table aria-label={label} className="w-full border-separate border-spacing-0 text-12">
          <thead>
            <tr>
              {table.columns.map((column, at) => (
                <th
                  key={at}
                  scope="col"
                  className={clsx(
                    "sticky top-0 h-7 border-b border-line bg-sunken px-3 font-medium whitespace-nowrap text-ink-2",
                    numeric[at] ? "text-right" : "text-left",
                  )}
                >
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.slice(0, shown).map((row, index) => (
              <tr key={index} className="hover:bg-hover">
                {table.columns.map((_, at) => (
                  <td
                    key={at}
                    className={clsx(
                      "h-7 max-w-100 truncate border-b border-line/60 px-3 whitespace-nowrap",
                      numeric[at] && "tabular text-right",
                    )}
                  >
                    {cellText(row[at], decimals[at] ?? 0)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <figcaption className="flex h-8 items-center gap-2 px-3 text-12 text-ink-3">
        {count(table.rows.length, "row")}
        {table.rows.length > shown && (
          <Button size="sm" tone="quiet" onClick={() => setShown(shown * 10)}>
            Show more
          </Button>
        )}
      </figcaption>
    </figure>
  );
}

function isNumeric(rows: readonly unknown[][], at: number): boolean {
  const values = rows.slice(0, 50).map((row) => row[at]);
  return (
    values.some((v) => typeof v === "number") &&
    values.every((v) => v == null || typeof v === "number")
  );
}

const MOST_DECIMALS = 6;

/** A column of amounts has as many places in every row. */
function decimalsOf(rows: readonly unknown[][], at: number): number {
  const places = rows.slice(0, 200).map((row) => {
    const value = row[at];
    return typeof value === "number" ? (String(value).split(".")[1]?.length ?? 0) : 0;
  });
  return Math.min(MOST_DECIMALS, Math.max(0, ...places));
}

function cellText(value: unknown, decimals: number): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number")
    return value.toLocaleString("en", {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
