import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, normalize, relative } from "node:path";

/** Data files that the first visit offers; anything else in examples/ stays out of the console. */
const OFFERED = /\.(csv|tsv|json|md|txt|log|xlsx|parquet)$/;
const LARGEST_BYTES = 1_000_000;

/** A Vite plugin: the repository's examples become static files under /examples/. */
export function examples(folder) {
  return {
    name: "cadre-examples",
    configureServer(server) {
      server.middlewares.use("/examples", async (request, response, next) => {
        const path = normalize(join(folder, decodeURIComponent(request.url.split("?")[0])));
        const isInside = path.startsWith(folder) && OFFERED.test(path);
        if (!isInside || !(await stat(path).catch(() => null))?.isFile()) return next();
        createReadStream(path).pipe(response);
      });
    },
    async generateBundle() {
      for (const path of await offered(folder)) {
        const fileName = `examples/${relative(folder, path)}`;
        this.emitFile({ type: "asset", fileName, source: await readFile(path) });
      }
    },
  };
}

async function offered(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && OFFERED.test(entry.name));
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  return paths.filter((_, index) => sizes[index] <= LARGEST_BYTES);
}
