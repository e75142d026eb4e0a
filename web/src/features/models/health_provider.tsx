import { useNavigate, useSearch } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { count } from "@/lib/format";
import { dayCells, type ProviderView } from "./health";
import { HealthDetail } from "./health_detail";
import { FigureList } from "./health_figures";
import { HealthStrip } from "./health_strip";
import { StandingMark } from "./marks";
import { ProbeButton } from "./probe_button";
import type { TargetHealth } from "./types";

interface Props {
  view: ProviderView;
  now: number;
}

export function HealthProvider({ view: { provider, asked, silent }, now }: Props) {
  return (
    <section aria-label={provider.name} className="border-b border-line">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3">
        <h2 className="text-14 font-semibold">{provider.name}</h2>
        <StandingMark state={provider.state} />
        <p className="min-w-0 grow text-ink-2 max-md:order-last max-md:basis-full">
          {provider.sentence}
        </p>
        <ProbeButton name={provider.name} isProvider />
      </header>
      {asked.length > 0 && (
        <ul aria-label={`What was asked of ${provider.name}`}>
          {asked.map((target) => (
            <Target
              key={target.name}
              target={target}
              now={now}
              isProvider={target.name === provider.name}
            />
          ))}
        </ul>
      )}
      {silent.length > 0 && <Silent targets={silent} />}
    </section>
  );
}

interface TargetProps {
  target: TargetHealth;
  now: number;
  isProvider: boolean;
}

function Target({ target, now, isProvider }: TargetProps) {
  const { open } = useSearch({ from: "/shell/models/health" });
  const navigate = useNavigate();
  const isOpen = open === target.name;
  const toggle = () =>
    void navigate({
      to: "/models/health",
      search: isOpen ? {} : { open: target.name },
      replace: true,
    });
  return (
    <li className="border-t border-line">
      <div className="grid items-start gap-x-5 gap-y-2 px-4 py-2.5 lg:grid-cols-[minmax(0,1fr)_220px_auto_auto]">
        <div className="min-w-0">
          <button
            type="button"
            aria-expanded={isOpen}
            onClick={toggle}
            className="flex max-w-full items-center gap-0.5 text-left"
          >
            <ChevronRight
              size={14}
              aria-hidden
              className={`shrink-0 text-ink-3 transition-transform duration-120 ${isOpen ? "rotate-90" : ""}`}
            />
            <span className="truncate font-mono text-12">
              {isProvider ? "the provider's list of models" : target.name}
            </span>
          </button>
          <p className="flex min-w-0 flex-wrap gap-x-2 pl-4 text-12">
            <StandingMark state={target.now.state} circuit={target.now.circuit} />
            <span className="text-ink-3">{target.now.sentence}</span>
          </p>
        </div>
        <HealthStrip
          label={`The last 24 hours of ${target.name}`}
          cells={dayCells(target.day, now)}
        />
        <FigureList measures={target.now} className="md:w-104" />
        <span className="max-lg:hidden">{!isProvider && <ProbeButton name={target.name} />}</span>
      </div>
      {isOpen && <HealthDetail target={target} isProvider={isProvider} />}
    </li>
  );
}

function Silent({ targets }: { targets: TargetHealth[] }) {
  return (
    <details className="border-t border-line">
      <summary className="px-4 py-2 text-12 text-ink-3 outline-offset-[-2px] hover:text-ink">
        {count(targets.length, "model")} not asked in the last day
      </summary>
      <ul className="pb-2">
        {targets.map(({ name }) => (
          <li key={name} className="flex items-center gap-3 px-4 py-1">
            <span className="min-w-0 grow truncate pl-4 font-mono text-12 text-ink-2">{name}</span>
            <ProbeButton name={name} />
          </li>
        ))}
      </ul>
    </details>
  );
}
