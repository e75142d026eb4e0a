import { clsx } from "clsx";
import { Bot, Check, type LucideIcon, ShieldCheck, User, Users } from "lucide-react";
import { type ChainLink, chainWords } from "./chain";

const ICONS: Record<ChainLink["kind"], LucideIcon> = {
  person: User,
  program: Bot,
  group: Users,
  role: ShieldCheck,
  grant: Check,
};

/** Drawn from left to right, on a phone from top to bottom: how something comes to somebody. */
export function ChainView({ chain }: { chain: readonly ChainLink[] }) {
  return (
    <div role="img" aria-label={chainWords(chain)} className="flex flex-col md:flex-row">
      {chain.map((link, at) => (
        <Step key={link.label} link={link} isFirst={at === 0} />
      ))}
    </div>
  );
}

function Step({ link: { kind, label, name }, isFirst }: { link: ChainLink; isFirst: boolean }) {
  const Icon = ICONS[kind];
  return (
    <div aria-hidden className="flex min-w-0 flex-col md:flex-row md:items-center">
      {!isFirst && (
        <span className="flex items-center gap-2 pl-4 text-11 text-ink-3 md:flex-col md:gap-0.5 md:px-1 md:pl-1">
          <span className="h-5 w-px bg-line-strong md:hidden" />
          <span className="whitespace-nowrap">{label}</span>
          <span className="relative hidden h-px w-full min-w-12 bg-line-strong md:block">
            <span className="absolute -top-[3px] right-0 size-[7px] rotate-45 border-t border-r border-line-strong" />
          </span>
        </span>
      )}
      <span
        className={clsx(
          "flex h-8 w-fit max-w-full min-w-0 items-center gap-1.5 rounded-md border px-2.5 md:mt-4 md:mb-0",
          isFirst && "md:mt-4",
          kind === "grant"
            ? "border-transparent bg-ok-soft text-ok"
            : kind === "role"
              ? "border-accent-line/40 bg-accent-soft text-accent-text"
              : "border-line-strong bg-raised text-ink",
        )}
      >
        <Icon size={14} aria-hidden className="shrink-0" />
        <span className="min-w-0 truncate font-medium">{name}</span>
      </span>
    </div>
  );
}
