import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Bot, CircleCheck, MessageSquare, Star } from "lucide-react";
import { keepDraft } from "@/features/agents/drafts";
import { EXAMPLE, NEW as NEW_AGENT } from "@/features/agents/example";
import { freeName, renamed } from "@/features/definitions/yaml";
import { modelsQuery, useDefaultModel } from "@/features/settings/queries";
import { Section } from "@/features/settings/section";
import { Button } from "@/ui/button";
import { toast } from "@/ui/toast";
import { isConnected, isUsable } from "./catalog_view";
import type { CatalogItem } from "./types";
import { useReach } from "./use_reach";

/** What one does next with a model that can be asked. */
export function TryPart({ item }: { item: CatalogItem }) {
  const reach = useReach();
  const navigate = useNavigate();
  const { data } = useQuery(modelsQuery);
  if (item.card.kind !== "chat" || item.card.status === "retired" || item.hidden) return null;
  if (!isConnected(item, reach)) return null;
  const isDefault = data?.default === item.name;
  const newAgent = () => {
    const yaml = EXAMPLE.replace(/^model:.*$/m, `model: "${item.name}"`);
    keepDraft(null, renamed(yaml, freeName("sales-analyst", [])));
    void navigate({ to: "/agents/$name", params: { name: NEW_AGENT } });
  };
  return (
    <Section
      title="Use it"
      hint={
        isUsable(item, reach)
          ? "By its name in an agent, in a route, or from any client of the gateway."
          : "It can be asked by its name, but no route chooses it by itself: your provider is at an address of its own, and has not said that it has it."
      }
    >
      <div className="flex flex-wrap items-center gap-2">
        {isDefault ? (
          <>
            <span className="mr-1 inline-flex items-center gap-1.5 text-ok">
              <CircleCheck size={14} aria-hidden />
              The default model
            </span>
            <Button icon={MessageSquare} onClick={() => navigate({ to: "/chat/new" })}>
              Chat with it
            </Button>
          </>
        ) : (
          <MakeDefault item={item} current={data?.default} />
        )}
        <Button icon={Bot} onClick={newAgent}>
          New agent with it
        </Button>
      </div>
    </Section>
  );
}

function MakeDefault({ item, current }: { item: CatalogItem; current: string | undefined }) {
  const change = useDefaultModel();
  const onError = (error: Error) => toast(`Not changed: ${error.message}`, { isError: true });
  const choose = () =>
    change.mutate(item.name, {
      onSuccess: () =>
        toast(`Agents that name no model now use ${item.name}.`, {
          onUndo: () => current !== undefined && change.mutate(current, { onError }),
          seconds: 10,
        }),
      onError,
    });
  return (
    <Button icon={Star} isBusy={change.isPending} onClick={choose}>
      Make it the default model
    </Button>
  );
}
