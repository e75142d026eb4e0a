import { clsx } from "clsx";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { IconButton } from "./button";

interface Props {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  description?: ReactNode;
  children: ReactNode;
  /** Buttons at the end, the main one last. */
  actions?: ReactNode;
  className?: string;
}

/** What a toast offers belongs to what is open: taking it up closes nothing. */
function stayForToasts(event: { target: EventTarget | null; preventDefault: () => void }): void {
  const { target } = event;
  if (!(target instanceof Element)) return;
  // Once it is taken up it is gone from the page.
  if (!target.isConnected || target.closest("[aria-live]")) event.preventDefault();
}

const SCRIM = "appear fixed inset-0 z-40 bg-scrim";

/** In the middle on a desk, from the bottom on a phone. */
export function Dialog({
  isOpen,
  onClose,
  title,
  description,
  children,
  actions,
  className,
}: Props) {
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={SCRIM} />
        <Radix.Content
          onInteractOutside={stayForToasts}
          {...(description ? {} : { "aria-describedby": undefined })}
          className={clsx(
            "slide-up fixed z-50 flex max-h-[85dvh] flex-col bg-raised shadow-float outline-none",
            "max-md:inset-x-0 max-md:bottom-0 max-md:rounded-t-xl",
            "md:top-[12dvh] md:left-1/2 md:w-120 md:max-w-[92vw] md:-translate-x-1/2 md:rounded-xl",
            className,
          )}
        >
          <Heading title={title} description={description} />
          <div className="pane grow px-4 pb-4">{children}</div>
          {actions && <Actions>{actions}</Actions>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** A pane that slides over from the side: details that leave the page in sight. */
export function Sheet({
  isOpen,
  onClose,
  title,
  description,
  children,
  actions,
  className,
}: Props) {
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={SCRIM} />
        <Radix.Content
          onInteractOutside={stayForToasts}
          {...(description ? {} : { "aria-describedby": undefined })}
          className={clsx(
            "slide-in fixed inset-y-0 right-0 z-50 flex w-140 max-w-full flex-col bg-surface shadow-float outline-none",
            className,
          )}
        >
          <Heading title={title} description={description} />
          <div className="pane grow px-4 pb-4">{children}</div>
          {actions && <Actions>{actions}</Actions>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Heading({ title, description }: { title: string; description?: ReactNode }) {
  return (
    <header className="flex items-start gap-3 py-3 pr-3 pl-4">
      <div className="min-w-0 grow">
        <Radix.Title className="truncate text-14 font-semibold">{title}</Radix.Title>
        {description && (
          <Radix.Description className="mt-0.5 text-13 text-ink-2">{description}</Radix.Description>
        )}
      </div>
      <Radix.Close asChild>
        <IconButton icon={X} label="Close" keys="Esc" />
      </Radix.Close>
    </header>
  );
}

function Actions({ children }: { children: ReactNode }) {
  return (
    <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-4 py-3">
      {children}
    </footer>
  );
}
