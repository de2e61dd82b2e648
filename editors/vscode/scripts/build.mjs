// Bundles the extension into one file, and its pure parts into another that the tests read.
import { build } from "esbuild";

const common = { bundle: true, platform: "node", target: "node20", logLevel: "warning", legalComments: "none" };

await build({
  ...common,
  entryPoints: ["src/extension.ts"],
  outfile: "out/extension.js",
  format: "cjs",
  external: ["vscode"],
  minify: true,
});
await build({ ...common, entryPoints: ["src/pure.ts"], outfile: "out/pure.mjs", format: "esm" });
