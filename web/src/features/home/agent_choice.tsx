import { Bot, ChevronDown } from "lucide-react";
import type { AgentSummary } from "@/api/types";

interface Props {
  agents: AgentSummary[];
  /** Empty: the server's own choice. */
  value: string;
  onChange: (name: string) => void;
}

/** Who is asked. Nothing to choose from shows nothing. */
export function AgentChoice({ agents, value, onChange }: Props) {
  if (agents.length < 2) return null;
  const usual = agents.some(({ name }) => name === "assistant")
    ? "assistant"
    : (agents[0]?.name ?? "");
  return (
    <label className="relative flex h-7 items-center gap-1.5 rounded-md pr-1.5 pl-2 text-12 text-ink-2 transition-colors duration-120 hover:bg-hover hover:text-ink max-md:h-9">
      <Bot size={14} strokeWidth={1.75} aria-hidden />
      <span className="sr-only">Agent</span>
      <select
        value={value || usual}
        onChange={({ target }) => onChange(target.value)}
        className="max-w-40 appearance-none bg-transparent pr-4 outline-offset-4"
      >
        {agents.map(({ name }) => (
          <option key={name} value={name} className="bg-raised text-ink">
            {name}
          </option>
        ))}
      </select>
      <ChevronDown size={12} aria-hidden className="pointer-events-none absolute right-1.5" />
    </label>
  );
}
