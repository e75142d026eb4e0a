/** Colours of series, as people see them who lack one kind of cone (Machado et al. 2009). */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

type Three = [number, number, number];
type Matrix = [Three, Three, Three];

const CSS = readFileSync(new URL("../../../src/features/usage/chart.css", import.meta.url), "utf8");
const EYES: Record<string, Matrix> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  "no red cones": [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  "no green cones": [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  "no blue cones": [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const times = (matrix: Matrix, [a, b, c]: Three): Three =>
  matrix.map(([x, y, z]) => x * a + y * b + z * c) as Three;

function linearOf([light, chroma, hue]: Three): Three {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const cubed = times(
    [
      [1, 0.3963377774, 0.2158037573],
      [1, -0.1055613458, -0.0638541728],
      [1, -0.0894841775, -1.291485548],
    ],
    [light, a, b],
  ).map((each) => each ** 3) as Three;
  return times(
    [
      [4.0767416621, -3.3077115913, 0.2309699292],
      [-1.2684380046, 2.6097574011, -0.3413193965],
      [-0.0041960863, -0.7034186147, 1.707614701],
    ],
    cubed,
  );
}

function labOf(linear: Three): Three {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    linear,
  ).map((each) => Math.cbrt(Math.max(0, each))) as Three;
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones,
  );
}

const [light = "", dark = ""] = CSS.split(':root[data-theme="dark"]');
const coloursOf = (css: string): Three[] =>
  [...css.matchAll(/--series-[1-8]: oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)/g)].map(
    ([, l, c, h]) => [Number(l), Number(c), Number(h)] as Three,
  );

for (const [theme, css] of [
  ["light", light],
  ["dark", dark],
] as const) {
  for (const [eyes, matrix] of Object.entries(EYES)) {
    test(`series next to each other are told apart: ${theme}, ${eyes}`, () => {
      const seen = coloursOf(css).map((colour) => labOf(times(matrix, linearOf(colour))));
      expect(seen).toHaveLength(8);

      const distances = seen
        .slice(1)
        .map((lab, at) => Math.hypot(...lab.map((each, axis) => each - (seen[at]?.[axis] ?? 0))));

      expect(Math.min(...distances)).toBeGreaterThan(0.12);
    });
  }
}
