/** Where the lines of a chart stand: round figures, and no more than fit. */

/** The size of the chart, and the room around its columns, in pixels. */
export const CHART = { height: 232, top: 12, bottom: 24, left: 52, right: 16 };

const LEAST_LABEL = 58;

/** From 0 to at least `most`, in steps of 1, 2 or 5 times a power of ten. */
export function ticks(most: number, wanted = 4): number[] {
  if (!(most > 0)) return [0, 1];
  const raw = most / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= raw) ?? raw;
  const count = Math.ceil(most / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, at) => at * step);
}

/** Of `count` columns over `width` pixels, those that have a label below. */
export function labelled(count: number, width: number): number[] {
  const most = Math.max(1, Math.floor(width / LEAST_LABEL));
  const every = Math.max(1, Math.ceil(count / most));
  // Counted from the end: the newest always has one.
  return Array.from({ length: count }, (_, at) => at).filter(
    (at) => (count - 1 - at) % every === 0,
  );
}

/** An amount on an axis: as short as it can be, with as many places as its neighbours. */
export function tickUsd(value: number, step: number): string {
  if (step >= 1000) return `$${grouped.format(value / 1000)}\u00a0k`;
  const places = step >= 1 ? 0 : Math.max(2, Math.ceil(-Math.log10(step)));
  return `$${step >= 1 ? grouped.format(value) : value.toFixed(places)}`;
}

const grouped = new Intl.NumberFormat("en");
