// Fails when the console has grown beyond what CONSOLE.md allows. Run after `npm run build`.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, "utf8"));

const SHELL = "index.html";
/** What opening a page may load beyond the shell, in kB after gzip. Most of it is shared between pages. */
const BUDGETS = [
  { name: "shell", entry: SHELL, kilobytes: 130 },
  { name: "chat", entry: "src/features/chat/conversation_page.tsx", kilobytes: 117 },
  { name: "runs", entry: "src/features/runs/run_page.tsx", kilobytes: 95 },
  { name: "agents", entry: "src/features/agents/agent_page.tsx", kilobytes: 130 },
  { name: "models", entry: "src/features/models/pages.ts", kilobytes: 90 },
  { name: "usage", entry: "src/features/usage/usage_page.tsx", kilobytes: 60 },
  { name: "approvals", entry: "src/features/approvals/approvals_page.tsx", kilobytes: 45 },
  { name: "settings", entry: "src/features/settings/settings_page.tsx", kilobytes: 55 },
  { name: "palette", entry: "src/app/palette.tsx", kilobytes: 25 },
];

function filesOf(entry, found = new Set()) {
  const chunk = manifest[entry];
  if (!chunk || found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const sheet of chunk.css ?? []) found.add(sheet);
  for (const other of chunk.imports ?? []) filesOf(other, found);
  return found;
}

const weight = (file) => gzipSync(readFileSync(dist + file)).length / 1000;
const shell = filesOf(SHELL);

let isOver = false;
for (const { name, entry, kilobytes } of BUDGETS) {
  const own = [...filesOf(entry)].filter((file) => entry === SHELL || !shell.has(file));
  const size = own.reduce((sum, file) => sum + weight(file), 0);
  const verdict = size > kilobytes ? "OVER" : "ok";
  isOver ||= size > kilobytes;
  console.log(`${name.padEnd(10)} ${size.toFixed(1).padStart(6)} kB of ${kilobytes} ${verdict}`);
}
process.exitCode = isOver ? 1 : 0;
