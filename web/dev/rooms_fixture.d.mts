import type { Plugin } from "vite";

export function rooms(): Plugin;
