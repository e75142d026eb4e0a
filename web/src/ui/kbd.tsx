const isApple = /Mac|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? "");

const NAMES: Record<string, string> = {
  mod: isApple ? "⌘" : "Ctrl",
  shift: isApple ? "⇧" : "Shift",
  Escape: "Esc",
};

/** Keys as written on this machine's keyboard: `mod+k` reads ⌘ K or Ctrl K. */
export function Kbd({ keys }: { keys: string }) {
  const names = keys
    .split("+")
    .map((key) => NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key));
  return (
    <kbd className="inline-flex h-4.5 items-center rounded-sm border border-line-strong/70 px-1 font-sans text-11 leading-none text-ink-3">
      {names.join(isApple ? "" : " ")}
    </kbd>
  );
}
