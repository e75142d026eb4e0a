import { clsx } from "clsx";
import type { LucideIcon } from "lucide-react";
import { DropdownMenu, Popover as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { Kbd } from "./kbd";

const LAYER = "appear z-50 rounded-lg bg-raised shadow-float outline-none";

interface PopoverProps {
  trigger: ReactNode;
  label: string;
  children: ReactNode;
  align?: "start" | "center" | "end";
  className?: string;
}

export function Popover({ trigger, label, children, align = "start", className }: PopoverProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className={clsx(LAYER, "max-w-[92vw] p-3", className)}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export interface MenuItem {
  label: string;
  icon?: LucideIcon;
  keys?: string;
  isDanger?: boolean;
  isDisabled?: boolean;
  onSelect: () => void;
}

interface MenuProps {
  trigger: ReactNode;
  items: MenuItem[];
  align?: "start" | "end";
}

export function Menu({ trigger, items, align = "end" }: MenuProps) {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className={clsx(LAYER, "min-w-44 p-1")}
        >
          {items.map(({ label, icon: Icon, keys, isDanger, isDisabled, onSelect }) => (
            <DropdownMenu.Item
              key={label}
              disabled={isDisabled ?? false}
              onSelect={onSelect}
              className={clsx(
                "flex h-7 items-center gap-2 rounded-md px-2 text-13 outline-none select-none data-disabled:opacity-45 data-highlighted:bg-hover max-md:h-10",
                isDanger ? "text-bad" : "text-ink",
              )}
            >
              {Icon && (
                <Icon size={14} aria-hidden className={isDanger ? undefined : "text-ink-3"} />
              )}
              <span className="grow">{label}</span>
              {keys && <Kbd keys={keys} />}
            </DropdownMenu.Item>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
