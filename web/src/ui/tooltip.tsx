import { Tooltip as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { Kbd } from "./kbd";

export const TooltipProvider = Radix.Provider;

interface Props {
  text: ReactNode;
  keys?: string | undefined;
  side?: "top" | "right" | "bottom" | "left" | undefined;
  children: ReactNode;
}

export function Tooltip({ text, keys, side = "bottom", children }: Props) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="appear z-60 flex max-w-72 items-center gap-2 rounded-md bg-raised px-2 py-1 text-12 text-ink shadow-float select-none"
        >
          {text}
          {keys && <Kbd keys={keys} />}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
