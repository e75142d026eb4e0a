// Texts of the fixtures: markdown with all that an answer may hold, and a chart.
export const ANALYSIS = `Revenue per region grows roughly exponentially, so I would fit a log-linear model:

$$
\\log r_t = \\alpha + \\beta t + \\varepsilon_t, \\qquad \\varepsilon_t \\sim \\mathcal{N}(0, \\sigma^2)
$$

where $\\beta$ is the monthly growth rate. A plan at $5 per seat costs less than one at $10, which matters for the fit.

## In code

\`\`\`python
import numpy as np

def growth(revenue: np.ndarray) -> float:
    """Monthly growth rate by least squares on the logarithm."""
    months = np.arange(len(revenue))
    slope, _ = np.polyfit(months, np.log(revenue), deg=1)
    return float(np.expm1(slope))  # 0.03 means 3 %
\`\`\`

## What it says

| Region | Monthly growth | 95 % interval | Months |
| --- | ---: | :---: | ---: |
| EMEA | 2.4 % | 1.9 to 2.9 % | 24 |
| North America | 1.8 % | 1.1 to 2.5 % | 24 |
| APAC | 4.1 % | 3.0 to 5.2 % | 24 |

1. **APAC** grows fastest, from the smallest base.
2. EMEA is steady; see \`orders.csv\` for the spike in *April 2025*.
   - It is one order of 11,940.
3. Nothing suggests a seasonal effect.

> A growth rate says nothing about margin: discounts rose in the same months.
`;

export const REPORT = `Three things stand out.

1. **Checkout** caused 41 % of all errors.
2. The median first response fell from 52 to 36 minutes.
3. Two suppliers were late more than twice.

\`\`\`sql
SELECT supplier, count(*) AS late
FROM deliveries
WHERE delivered_on > promised_on
GROUP BY supplier
HAVING late > 2;
\`\`\`
`;

const BARS = [
  ["EMEA", 182],
  ["North America", 142],
  ["APAC", 96],
  ["Latin America", 58],
];

export const CHART_SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="560" height="300" viewBox="0 0 560 300" font-family="Inter, sans-serif" font-size="12">
${BARS.map(([name, value], index) => `<rect x="${70 + index * 120}" y="${260 - value * 1.2}" width="76" height="${value * 1.2}" fill="#4a45d6"/><text x="${108 + index * 120}" y="280" text-anchor="middle" fill="#444">${name}</text><text x="${108 + index * 120}" y="${252 - value * 1.2}" text-anchor="middle" fill="#111">${value},304</text>`).join("\n")}
<line x1="50" x2="540" y1="260" y2="260" stroke="#999"/></svg>`;

/** About 17,000 characters, for the figure of CONSOLE.md. */
export const LONG = Array.from(
  { length: 16 },
  (_, index) => `### Finding ${index + 1}\n\n${ANALYSIS}`,
).join("\n\n");
