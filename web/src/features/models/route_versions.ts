/** Versions of a route as texts: one that says nothing stands for the shipped route, or for none. */
import type { RouteVersion } from "./types";

/** The text that counted with this version. */
export function textOf(versions: readonly RouteVersion[], version: RouteVersion): string {
  return version.yaml ?? versions.find((each) => each.version === 0)?.yaml ?? "";
}

/** The version before the one at this place; newest come first. */
export function earlierThan(
  versions: readonly RouteVersion[],
  at: number,
): RouteVersion | undefined {
  return versions[at + 1];
}
