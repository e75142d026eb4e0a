/** Keys of the whole page. What is registered is what works, and what `?` shows. */
import { useEffect, useRef, useSyncExternalStore } from "react";

export interface Shortcut {
  /** `j`, `mod+k`, `shift+?`, or two in a row: `g c`. */
  keys: string;
  label: string;
  group: string;
  run: () => void;
}

let registered: readonly Shortcut[] = [];
const listeners = new Set<() => void>();
const SEQUENCE_MS = 900;
let before = "";
let beforeAt = 0;
let ranAt = Number.NEGATIVE_INFINITY;

function change(next: readonly Shortcut[]): void {
  registered = next;
  for (const listener of listeners) listener();
}

export function useShortcuts(shortcuts: Shortcut[], isOn = true): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  const shape = isOn ? shortcuts.map(({ keys }) => keys).join(",") : "";
  useEffect(() => {
    if (!shape) return;
    const mine = latest.current.map((shortcut, index) => ({
      ...shortcut,
      run: () => latest.current[index]?.run(),
    }));
    change([...registered, ...mine]);
    return () => change(registered.filter((each) => !mine.includes(each)));
  }, [shape]);
}

export function useRegisteredShortcuts(): readonly Shortcut[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => registered,
  );
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** `mod+shift+k` for the event, as a shortcut would write it. */
export function keysOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const isSymbol = event.key.length === 1 && !/[a-z]/i.test(event.key);
  const parts = [event.metaKey || event.ctrlKey ? "mod" : "", event.altKey ? "alt" : ""];
  if (event.shiftKey && !isSymbol) parts.push("shift");
  return [...parts.filter(Boolean), key].join("+");
}

/** The page's one key listener: the last registered wins, so an inner layer can take a key over. */
export function onPageKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.repeat === undefined) return;
  const keys = keysOf(event);
  const isChord = keys.startsWith("mod+");
  const isInLayer =
    event.target instanceof Element && event.target.closest('[role="dialog"],[role="menu"]');
  if (!isChord && (isTyping(event.target) || isInLayer)) return;
  const now = performance.now();
  const pair = now - beforeAt < SEQUENCE_MS ? `${before} ${keys}` : keys;
  before = keys;
  beforeAt = now;
  const find = (wanted: string) => registered.findLast((each) => each.keys === wanted);
  const found = find(pair) ?? (pair === keys ? undefined : find(keys));
  if (!found) return;
  event.preventDefault();
  before = "";
  ranAt = now;
  found.run();
}

/** Whoever walks by keys goes on by keys: a field that takes the focus would swallow the next one. */
export function wasShortcutJustUsed(): boolean {
  return performance.now() - ranAt < SEQUENCE_MS;
}
