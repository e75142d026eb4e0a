import { CircleCheck, CircleX, MoreHorizontal, Pencil, PlugZap, Trash2 } from "lucide-react";
import { may } from "@/api/me";
import { duration } from "@/lib/format";
import { Button, IconButton } from "@/ui/button";
import { Menu } from "@/ui/popover";
import { Badge } from "@/ui/status";
import { toast } from "@/ui/toast";
import { COMPATIBLE, kindOf } from "./kinds";
import {
  type Provider,
  type ProviderCheck,
  useDeleteProvider,
  useSaveProvider,
  useTestProvider,
} from "./queries";

export function ProviderRow({ provider, onEdit }: { provider: Provider; onEdit: () => void }) {
  const test = useTestProvider();
  const isFixed = provider.source === "environment";
  const mayChange = may("providers:write");
  return (
    <li className="border-b border-line py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="min-w-0 grow basis-60">
          <p className="flex flex-wrap items-center gap-2">
            <span className="font-medium">{provider.name}</span>
            {kindOf(provider.kind).kind !== provider.name && (
              <span className="text-ink-3">{kindOf(provider.kind).title}</span>
            )}
            {isFixed && <Badge>from the environment, read-only</Badge>}
            <Badge tone={provider.has_key ? "ok" : "neutral"}>
              {provider.has_key ? "key stored" : "no key"}
            </Badge>
          </p>
          <p className="truncate font-mono text-12 text-ink-3">{provider.base_url}</p>
          <p className="truncate text-12 text-ink-2">{modelWords(provider)}</p>
        </div>
        {mayChange && (
          <Button
            size="sm"
            icon={PlugZap}
            isBusy={test.isPending}
            onClick={() => test.mutate(provider.name)}
          >
            Test connection
          </Button>
        )}
        {mayChange && !isFixed && (
          <>
            <Button size="sm" icon={Pencil} onClick={onEdit}>
              Edit
            </Button>
            <Remove provider={provider} />
          </>
        )}
      </div>
      {test.data && <Outcome check={test.data} provider={provider} />}
      {test.error && (
        <p role="alert" className="mt-2 text-bad">
          Not tested: {test.error.message}
        </p>
      )}
    </li>
  );
}

function modelWords({ kind, models }: Provider): string {
  if (models.length > 0) return models.join(", ");
  if (kind !== COMPATIBLE && kind !== "ollama") return "Its models are those of the catalog.";
  return "No model named yet: test the connection to see what it has.";
}

function Outcome({ check, provider }: { check: ProviderCheck; provider: Provider }) {
  const save = useSaveProvider();
  const unnamed = check.models.filter((name) => !provider.models.includes(name));
  const add = (name: string) =>
    save.mutate(
      { ...inputOf(provider), name: provider.name, models: [...provider.models, name] },
      { onError: (error) => toast(`Not added: ${error.message}`, { isError: true }) },
    );
  return (
    <div role="status" className="mt-2">
      <p className={`flex items-start gap-2 ${check.ok ? "text-ok" : "text-bad"}`}>
        {check.ok ? (
          <CircleCheck size={14} aria-hidden className="mt-0.75 shrink-0" />
        ) : (
          <CircleX size={14} aria-hidden className="mt-0.75 shrink-0" />
        )}
        <span className="min-w-0 break-words">
          {check.detail} <span className="tabular text-ink-3">({duration(check.seconds)})</span>
        </span>
      </p>
      {check.ok && unnamed.length > 0 && provider.source === "stored" && (
        <details className="mt-2">
          <summary className="w-fit text-12 text-ink-2">{unnamed.length} more models there</summary>
          <ul
            aria-label="Models there"
            className="mt-2 flex max-h-48 flex-wrap gap-1.5 overflow-y-auto"
          >
            {unnamed.map((name) => (
              <li key={name}>
                <Button size="sm" disabled={save.isPending} onClick={() => add(name)}>
                  <span className="font-mono">+ {name}</span>
                </Button>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function inputOf({ kind, base_url, models, prices }: Provider) {
  return { kind, base_url, models, prices };
}

function Remove({ provider }: { provider: Provider }) {
  const remove = useDeleteProvider();
  const save = useSaveProvider();
  const putBack = () => save.mutate({ ...inputOf(provider), name: provider.name });
  const drop = () =>
    remove.mutate(provider.name, {
      // Its key is gone for good, and that is said.
      onSuccess: () =>
        toast(
          provider.has_key
            ? `${provider.name} and its key are removed. Undo brings it back without the key.`
            : `${provider.name} is removed.`,
          { onUndo: putBack, seconds: 10 },
        ),
      onError: (error) => toast(`Not removed: ${error.message}`, { isError: true }),
    });
  return (
    <Menu
      trigger={<IconButton icon={MoreHorizontal} label={`More about ${provider.name}`} />}
      items={[{ label: "Remove", icon: Trash2, isDanger: true, onSelect: drop }]}
    />
  );
}
