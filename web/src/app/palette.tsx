import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import {
  Activity,
  Bot,
  CircleHelp,
  Cpu,
  type LucideIcon,
  MessageSquare,
  Moon,
  Search,
  SquarePen,
  Sun,
} from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useDeferredValue, useState } from "react";
import { api } from "@/api/client";
import type { AgentSummary, Conversation, Page, Run } from "@/api/types";
import { useThemeChoice } from "@/features/account/use_theme_choice";
import type { CatalogItem } from "@/features/models/types";
import { Kbd } from "@/ui/kbd";
import { ROOMS } from "./rooms";

interface Props {
  onClose: () => void;
  onHelp: () => void;
}

/** Search over everything, and every place and action by name. */
export default function Palette({ onClose, onHelp }: Props) {
  const [text, setText] = useState("");
  const navigate = useNavigate();
  const [, setTheme] = useThemeChoice();
  const found = useFound(useDeferredValue(text.trim()));
  const then = (action: () => unknown) => () => {
    onClose();
    void action();
  };
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="appear fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          aria-describedby={undefined}
          className="slide-up fixed top-[10dvh] left-1/2 z-50 w-140 max-w-[calc(100vw-24px)] -translate-x-1/2 overflow-hidden rounded-xl bg-raised shadow-float outline-none"
        >
          <Radix.Title className="sr-only">Search or jump</Radix.Title>
          <Command loop label="Search or jump">
            <div className="flex items-center gap-2 border-b border-line px-3">
              <Search size={16} aria-hidden className="text-ink-3" />
              <Command.Input
                value={text}
                onValueChange={setText}
                placeholder="Search conversations, runs, agents and models, or type a command"
                className="h-11 grow bg-transparent text-14 outline-none max-md:text-16"
              />
              <Kbd keys="Esc" />
            </div>
            <Command.List className="max-h-[min(420px,60dvh)] overflow-y-auto p-1.5">
              <Command.Empty className="p-6 text-center text-ink-3">
                Nothing by that name.
              </Command.Empty>
              <Group heading="Go to">
                <Item
                  icon={SquarePen}
                  keys="n"
                  onSelect={then(() => navigate({ to: "/chat/new" }))}
                >
                  New conversation
                </Item>
                {ROOMS.map(({ to, name, icon, keys }) => (
                  <Item key={to} icon={icon} keys={keys} onSelect={then(() => navigate({ to }))}>
                    {name}
                  </Item>
                ))}
              </Group>
              <Group heading="Conversations">
                {found.conversations.map(({ id, title }) => (
                  <Item
                    key={id}
                    id={id}
                    icon={MessageSquare}
                    onSelect={then(() => navigate({ to: "/chat/$id", params: { id } }))}
                  >
                    {title}
                  </Item>
                ))}
              </Group>
              <Group heading="Runs">
                {found.runs.map(({ id, title, agent }) => (
                  <Item
                    key={id}
                    id={id}
                    icon={Activity}
                    aside={agent}
                    onSelect={then(() => navigate({ to: "/runs/$id", params: { id } }))}
                  >
                    {title}
                  </Item>
                ))}
              </Group>
              <Group heading="Agents">
                {found.agents.map(({ name, description }) => (
                  <Item
                    key={name}
                    id={`agent-${name}`}
                    icon={Bot}
                    aside={description}
                    onSelect={then(() => navigate({ to: "/agents/$name", params: { name } }))}
                  >
                    {name}
                  </Item>
                ))}
              </Group>
              {found.models.length > 0 && (
                <Group heading="Models">
                  {found.models.map(({ name, card }) => (
                    <Item
                      key={name}
                      id={`model-${name}`}
                      icon={Cpu}
                      aside={card.provider}
                      onSelect={then(() => navigate({ to: "/models/$name", params: { name } }))}
                    >
                      {card.title || card.id}
                    </Item>
                  ))}
                </Group>
              )}
              <Group heading="Page">
                <Item icon={Sun} onSelect={then(() => setTheme("light"))}>
                  Light theme
                </Item>
                <Item icon={Moon} onSelect={then(() => setTheme("dark"))}>
                  Dark theme
                </Item>
                <Item icon={CircleHelp} keys="?" onSelect={onHelp}>
                  All keys
                </Item>
              </Group>
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function useFound(text: string) {
  const limit = text ? 8 : 4;
  const conversations = useQuery({
    queryKey: ["palette", "conversations", text],
    queryFn: ({ signal }) =>
      api.get<Page<Conversation>>("/conversations", { q: text, limit }, signal),
    placeholderData: (old) => old,
  });
  const runs = useQuery({
    queryKey: ["palette", "runs", text],
    queryFn: ({ signal }) => api.get<Page<Run>>("/runs", { q: text, limit }, signal),
    placeholderData: (old) => old,
  });
  const agents = useQuery({
    queryKey: ["agents"],
    queryFn: ({ signal }) => api.get<Page<AgentSummary>>("/agents", undefined, signal),
  });
  const models = useQuery({
    queryKey: ["palette", "models", text],
    // Without a word there would be all of them.
    enabled: text.length > 1,
    queryFn: ({ signal }) => api.get<Page<CatalogItem>>("/models/catalog", { q: text }, signal),
    placeholderData: (old) => old,
  });
  return {
    conversations: conversations.data?.items.slice(0, limit) ?? [],
    runs: runs.data?.items.slice(0, limit) ?? [],
    agents: agents.data?.items ?? [],
    models: (text.length > 1 && models.data?.items.slice(0, limit)) || [],
  };
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-12 [&_[cmdk-group-heading]]:text-ink-3"
    >
      {children}
    </Command.Group>
  );
}

interface ItemProps {
  icon: LucideIcon;
  children: string;
  /** Tells apart what may share a title. */
  id?: string;
  aside?: string | null;
  keys?: string;
  onSelect: () => void;
}

function Item({ icon: Icon, children, id, aside, keys, onSelect }: ItemProps) {
  return (
    <Command.Item
      value={id ?? children}
      keywords={[children]}
      onSelect={onSelect}
      className="flex h-8 cursor-pointer items-center gap-2.5 rounded-md px-2 data-[selected=true]:bg-active max-md:h-11"
    >
      <Icon size={15} strokeWidth={1.75} aria-hidden className="shrink-0 text-ink-3" />
      <span className="truncate">{children}</span>
      {aside && <span className="min-w-0 truncate text-12 text-ink-3">{aside}</span>}
      {keys && (
        <span className="ml-auto flex gap-1 max-md:hidden">
          {keys.split(" ").map((part) => (
            <Kbd key={part} keys={part} />
          ))}
        </span>
      )}
    </Command.Item>
  );
}
