import type { Plugin } from "vite";

export function fixtures(): Plugin;
