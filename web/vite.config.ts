import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { examples } from "./scripts/examples.mjs";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const SHELL =
  /node_modules[\\/](react|react-dom|scheduler|@tanstack[\\/](react-router|router-core|history|react-store|store|query-core|react-query)|use-sync-external-store|clsx)[\\/]/;

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
            // What every page needs is one file: many small ones compress worse and load later.
            { name: "shell", test: SHELL, priority: 2 },
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
