/** Stands in for `react-remove-scroll`, see vite.config.ts: there is no page scroll to lock. */
import { type ElementType, type ReactNode, useLayoutEffect } from "react";

interface Props {
  as?: ElementType;
  children?: ReactNode;
  allowPinchZoom?: boolean;
  shards?: unknown;
}

export function RemoveScroll({ as: Element, children, allowPinchZoom, shards, ...rest }: Props) {
  useLayoutEffect(() => {
    // Floating layers read this to tell that a modal is open.
    document.body.dataset["scrollLocked"] = "1";
    return () => {
      delete document.body.dataset["scrollLocked"];
    };
  }, []);
  if (!Element) return children;
  return <Element {...rest}>{children}</Element>;
}
