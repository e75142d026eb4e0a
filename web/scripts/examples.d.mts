import type { Plugin } from "vite";

export function examples(folder: string): Plugin;
