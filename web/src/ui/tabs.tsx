import { clsx } from "clsx";
import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";

interface Tab {
  id: string;
  label: string;
  count?: number | undefined;
  content: ReactNode;
}

interface Props {
  label: string;
  tabs: Tab[];
  value?: string;
  onChange?: (id: string) => void;
  className?: string;
}

export function Tabs({ label, tabs, value, onChange, className }: Props) {
  const controlled = value === undefined ? { defaultValue: tabs[0]?.id ?? "" } : { value };
  return (
    <Radix.Root
      {...controlled}
      {...(onChange ? { onValueChange: onChange } : {})}
      className={clsx("flex min-h-0 flex-col", className)}
    >
      <Radix.List
        aria-label={label}
        className="flex shrink-0 gap-4 overflow-x-auto border-b border-line px-4"
      >
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.id}
            value={tab.id}
            className="-mb-px h-9 shrink-0 border-b-2 border-transparent text-13 text-ink-2 transition-colors duration-120 outline-offset-[-2px] hover:text-ink data-[state=active]:border-accent-line data-[state=active]:font-medium data-[state=active]:text-ink"
          >
            {tab.label}
            {tab.count !== undefined && (
              <span className="tabular ml-1.5 text-ink-3">{tab.count}</span>
            )}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.id} value={tab.id} className="pane grow outline-none">
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
