import { Link } from "@tanstack/react-router";
import { CircleCheck, CircleMinus } from "lucide-react";
import { count, money } from "@/lib/format";
import type { Considered } from "./types";

type Seen = Omit<Considered, "estimated_cost_usd"> & { estimated_cost_usd?: string | null };

/** Models that were looked at, with the reason for each; behind a line where nobody asked. */
export function ConsideredList({ title, items }: { title: string; items: readonly Seen[] }) {
  if (items.length === 0) return null;
  return (
    <details className="border-t border-line">
      <summary className="px-4 py-2.5 text-ink-2 outline-offset-[-2px] hover:text-ink">
        {title}: {count(items.length, "model")}
      </summary>
      <ConsideredRows label={title} items={items} />
    </details>
  );
}

export function ConsideredRows({ label, items }: { label: string; items: readonly Seen[] }) {
  return (
    <ol aria-label={label}>
      {items.map((item) => (
        <li
          key={item.name}
          className="flex items-baseline gap-2.5 border-t border-line px-4 py-1.5"
        >
          {item.chosen ? (
            <CircleCheck size={14} aria-hidden className="shrink-0 mt-0.5 text-ok" />
          ) : (
            <CircleMinus size={14} aria-hidden className="shrink-0 mt-0.5 text-ink-3" />
          )}
          <div className="min-w-0 grow md:flex md:gap-3">
            <Name name={item.name} />
            <p className="min-w-0 text-ink-2">
              <span className="sr-only">{item.chosen ? "chosen: " : "passed over: "}</span>
              {item.reason}
            </p>
          </div>
          <span className="tabular shrink-0 text-12 text-ink-3">
            {item.estimated_cost_usd ? money(item.estimated_cost_usd) : "unknown"}
          </span>
        </li>
      ))}
    </ol>
  );
}

function Name({ name }: { name: string }) {
  const look = "font-mono text-12 leading-5 break-all md:w-72 md:shrink-0";
  if (!name.includes(":")) return <span className={look}>{name}</span>;
  return (
    <Link to="/models/$name" params={{ name }} className={`block hover:underline ${look}`}>
      {name}
    </Link>
  );
}
