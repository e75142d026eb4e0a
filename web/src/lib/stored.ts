/** A small value kept in this browser. Where storage is refused it lives as long as the page. */

export interface Stored<T> {
  read: () => T;
  write: (value: T) => void;
  subscribe: (listener: () => void) => () => void;
}

export function stored<T extends string>(name: string, initial: T): Stored<T> {
  let value = (storage()?.getItem(name) as T | null) ?? initial;
  const listeners = new Set<() => void>();
  return {
    read: () => value,
    write: (next) => {
      value = next;
      if (next === initial) storage()?.removeItem(name);
      else keep(name, next);
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function storage(): Storage | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

function keep(name: string, value: string): void {
  try {
    storage()?.setItem(name, value);
  } catch {
    // Full or refused: the page keeps its own copy.
  }
}
