import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { examples } from "./scripts/examples.mjs";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** What every page needs is one file: many small ones compress worse and load later. */
const SHELL = new RegExp(
  [
    "node_modules/(react|react-dom|scheduler|use-sync-external-store|clsx)/",
    "node_modules/@tanstack/(react-router|router-core|history|react-store|store|query-core|react-query)/",
    "node_modules/lucide-react/dist/esm/(?!icons/)",
    "lucide-react/dist/esm/icons/(activity|bot|inbox|message-square|settings|search|x|loader-circle)\\.",
    "lucide-react/dist/esm/icons/circle-(alert|question-mark|help|exclamation-point)\\.",
    "/src/app/rooms\\.",
    "/src/api/(client|me|approvals|trouble)\\.",
    "/src/lib/(shortcuts|stored|theme|region)\\.",
    "/src/ui/(button|kbd|mark|notes|toast|tooltip)\\.",
    "vite/(preload-helper|modulepreload-polyfill)",
  ].join("|"),
);

/** What nearly every page is made of, and too small to be worth a file and a name each. */
const COMMON = new RegExp(
  [
    "/src/ui/(panes|field|status)\\.",
    "/src/api/live\\.",
    "/src/lib/(format|use_list_keys|sse)\\.",
    "lucide-react/dist/esm/icons/(arrow-(down|left|up)|ban|chevron-(down|right|up)|clock|ellipsis|globe|pencil|plus|rotate-ccw|trash-2|wrench)\\.",
    "lucide-react/dist/esm/icons/circle-(check|dashed|pause|x)\\.",
  ].join("|"),
);

export default defineConfig(({ command }) => ({
  // The server writes a fresh one into every page; what adds style elements reads it back.
  ...(command === "build" ? { html: { cspNonce: "__CSP_NONCE__" } } : {}),
  plugins: [react(), tailwindcss(), examples(path("../examples"))],
  resolve: {
    alias: {
      "@": path("./src"),
      // The page never scrolls, only panes do, so nothing needs locking; the package would
      // also add a style element, which the content security policy refuses.
      "react-remove-scroll": path("./src/ui/no_scroll_lock.tsx"),
    },
  },
  server: { port: 5173, proxy: { "/api": "http://127.0.0.1:8700" } },
  build: {
    target: "es2023",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
    assetsInlineLimit: 0,
    manifest: true,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "shell", test: SHELL },
            { name: "common", test: COMMON },
          ],
        },
      },
    },
  },
  test: {
    // Converters need no page to run in, and start ten times as fast without one.
    projects: [
      {
        extends: true,
        test: { name: "plain", environment: "node", include: ["tests/**/*.test.ts"] },
      },
      {
        extends: true,
        test: {
          name: "page",
          environment: "happy-dom",
          include: ["tests/**/*.test.tsx"],
          setupFiles: ["tests/setup.ts"],
        },
      },
    ],
  },
}));
