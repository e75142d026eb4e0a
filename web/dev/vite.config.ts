import { mergeConfig } from "vite";
import product from "../vite.config";
import { fixtures } from "./server.mjs";

/** The console on a made-up server: `npm run dev:fixtures`. */
export default mergeConfig(product({ command: "serve", mode: "development" }), {
  plugins: [fixtures()],
  server: { port: 5199, strictPort: true, proxy: {} },
});
