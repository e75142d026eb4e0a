import { mergeConfig } from "vite";
import { rooms } from "./rooms_fixture.mjs";
import chat from "./vite.config";

/** The made-up server with runs of every shape: `npx vite --config dev/rooms.vite.config.ts`. */
export default mergeConfig({ plugins: [rooms()] }, mergeConfig(chat, { server: { port: 5197 } }));
