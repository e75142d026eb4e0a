import { clsx } from "clsx";
import { LoaderCircle, type LucideIcon } from "lucide-react";
import type { ComponentProps } from "react";
import { type TipSide, tip } from "./tooltip";

type Tone = "primary" | "default" | "quiet" | "danger";
type Size = "sm" | "md";

const TONES: Record<Tone, string> = {
  primary: "bg-accent text-accent-ink hover:bg-accent-hover border-transparent",
  default: "bg-raised text-ink border-line-strong/70 hover:border-line-strong hover:bg-hover",
  quiet: "text-ink-2 border-transparent hover:bg-hover hover:text-ink",
  danger: "bg-raised text-bad border-bad-line hover:bg-bad-soft",
};

const SIZES: Record<Size, string> = {
  sm: "h-7 px-2 gap-1.5 text-12",
  md: "h-8 px-3 gap-1.5 text-13 max-md:h-10",
};

const COMMON =
  "inline-flex shrink-0 items-center justify-center rounded-md border font-medium whitespace-nowrap select-none transition-colors duration-120 disabled:opacity-45 disabled:pointer-events-none";

export function buttonClass(tone: Tone = "default", size: Size = "md"): string {
  return clsx(COMMON, TONES[tone], SIZES[size]);
}

export interface ButtonProps extends ComponentProps<"button"> {
  tone?: Tone;
  size?: Size;
  icon?: LucideIcon | undefined;
  isBusy?: boolean;
}

export function Button({
  tone,
  size,
  icon: Icon,
  isBusy,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled || isBusy}
      aria-busy={isBusy || undefined}
      className={clsx(buttonClass(tone, size), className)}
    >
      {isBusy ? (
        <LoaderCircle size={14} className="spin-slow" aria-hidden />
      ) : (
        Icon && <Icon size={14} aria-hidden />
      )}
      {children}
    </button>
  );
}

export interface IconButtonProps extends ComponentProps<"button"> {
  icon: LucideIcon;
  /** The accessible name, shown as a tooltip. */
  label: string;
  keys?: string;
  tone?: Tone;
  side?: TipSide;
}

export function IconButton({
  icon: Icon,
  label,
  keys,
  tone = "quiet",
  side,
  className,
  ...rest
}: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      {...tip(label, keys, side)}
      {...rest}
      className={clsx(COMMON, TONES[tone], "size-7 max-md:size-9", className)}
    >
      <Icon size={16} strokeWidth={1.75} aria-hidden />
    </button>
  );
}
