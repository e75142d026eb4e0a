/** The menu behind the person's name. It opens as soon as it is there: it was asked for. */
import { useNavigate } from "@tanstack/react-router";
import { Check, CircleUser, LogOut, type LucideIcon, Monitor, Moon, Sun } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { useMe } from "@/api/me";
import type { Theme } from "@/lib/theme";
import { toast } from "@/ui/toast";
import { signOut } from "./leaving";
import { useThemeChoice } from "./use_theme_choice";

const ROW =
  "flex h-7 items-center gap-2 rounded-md px-2 text-13 outline-none select-none data-highlighted:bg-hover";

const THEMES: { value: Theme; label: string; icon: LucideIcon }[] = [
  { value: "system", label: "As the system", icon: Monitor },
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
];

export default function AccountMenu({ trigger }: { trigger: ReactNode }) {
  const me = useMe();
  const navigate = useNavigate();
  const [theme, choose] = useThemeChoice();
  const leave = () =>
    signOut().catch((error: Error) => toast(`Not signed out: ${error.message}`, { isError: true }));
  return (
    <DropdownMenu.Root defaultOpen>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          side="top"
          align="start"
          sideOffset={6}
          collisionPadding={8}
          className="appear z-50 w-48 rounded-lg bg-raised p-1 shadow-float outline-none"
        >
          <DropdownMenu.Label className="px-2 pt-1 pb-1.5">
            <span className="block truncate font-medium">{me.user.name}</span>
            <span className="block truncate text-12 text-ink-3">
              {me.user.email ?? me.org.name}
            </span>
          </DropdownMenu.Label>
          <DropdownMenu.Item className={ROW} onSelect={() => void navigate({ to: "/account" })}>
            <CircleUser size={14} aria-hidden className="text-ink-3" />
            Account
          </DropdownMenu.Item>
          <Line />
          <DropdownMenu.Label className="px-2 py-1 text-11 text-ink-3">Theme</DropdownMenu.Label>
          <DropdownMenu.RadioGroup value={theme} onValueChange={(value) => choose(value as Theme)}>
            {THEMES.map(({ value, label, icon: Icon }) => (
              <DropdownMenu.RadioItem
                key={value}
                value={value}
                className={ROW}
                // One looks at it before one goes on.
                onSelect={(event) => event.preventDefault()}
              >
                <Icon size={14} aria-hidden className="text-ink-3" />
                <span className="grow">{label}</span>
                <DropdownMenu.ItemIndicator>
                  <Check size={14} aria-hidden />
                </DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <Line />
          <DropdownMenu.Item className={ROW} onSelect={() => void leave()}>
            <LogOut size={14} aria-hidden className="text-ink-3" />
            Sign out
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function Line() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
}
