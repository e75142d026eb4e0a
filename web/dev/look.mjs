// Pictures of every page at two widths in both themes, and what axe finds on each.
// node dev/look.mjs http://localhost:5199 /tmp/look [path=name ...]
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [base = "http://localhost:5199", folder = "/tmp/look", ...wanted] = process.argv.slice(2);
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const pages = wanted.length > 0 ? wanted.map((each) => each.split("=")) : [["/", "home"]];
const sizes = [
  ["desk", 1440, 900],
  ["phone", 390, 844],
];

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-gpu",
    "--disable-component-update",
  ],
});
for (const theme of ["light", "dark"]) {
  for (const [size, width, height] of sizes) {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: theme,
      hasTouch: size === "phone",
    });
    if (process.env.COOKIE)
      await context.addCookies([{ name: "cadre_session", value: process.env.COOKIE, url: base }]);
    const page = await context.newPage();
    page.on(
      "console",
      (message) =>
        message.type() === "error" && console.log("console:", message.text().slice(0, 300)),
    );
    page.on("pageerror", (error) => console.log("pageerror:", error.message.slice(0, 300)));
    for (const [path, name] of pages) {
      await page.goto(base + path);
      await page.waitForTimeout(Number(process.env.WAIT ?? 1500));
      await page.screenshot({ path: `${folder}/${name}-${theme}-${size}.png` });
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      for (const { id, impact, nodes } of violations) {
        console.log(
          `${name} ${theme} ${size}: ${impact} ${id} (${nodes.length}) ${nodes[0].html.slice(0, 160)} ${nodes[0].any[0]?.message?.slice(0, 140) ?? ""}`,
        );
      }
      const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      if (isWide) console.log(`${name} ${theme} ${size}: scrolls sideways`);
    }
    await context.close();
  }
}
await browser.close();
