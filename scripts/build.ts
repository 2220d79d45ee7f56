/** Bundles everything the extension ships into `out/`. `--watch` keeps doing so; an error ends it with code 1. */
import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type BuildOptions, type Plugin, build, context } from "esbuild";

const root = join(import.meta.dirname, "..");
const out = join(root, "out");
const watch = process.argv.includes("--watch");
const minify = process.argv.includes("--minify");

const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  minify,
  sourcemap: minify ? false : "linked",
  legalComments: "none",
  logLevel: "warning",
};

/**
 * VS Code's oldest supported runtime (1.91) has Node 20. Packages' ES modules first: a UMD file, such as jsonc-parser's `main`, requires its own parts
 * where no bundler sees it, and then they are missing at the start.
 */
const host: BuildOptions = {
  ...common,
  platform: "node",
  target: "node20",
  mainFields: ["module", "main"],
};

const modules: BuildOptions = {
  ...host,
  outdir: "out",
  outExtension: { ".js": ".mjs" },
  format: "esm",
  // VS Code 1.91 has Node 20.9, which knows no import.meta.dirname; and CommonJS packages inside the bundle call require().
  define: { "import.meta.dirname": "__here", "import.meta.filename": "__file" },
  banner: {
    js: [
      'import { createRequire as __createRequire } from "node:module";',
      'import { dirname as __dirnameOf } from "node:path";',
      'import { fileURLToPath as __pathOf } from "node:url";',
      "const require = __createRequire(import.meta.url);",
      "const __file = __pathOf(import.meta.url);",
      "const __here = __dirnameOf(__file);",
    ].join("\n"),
  },
};

const bundles: BuildOptions[] = [
  {
    ...host,
    entryPoints: { extension: "src/extension/extension.ts" },
    outdir: "out",
    outExtension: { ".js": ".cjs" },
    format: "cjs",
    external: ["vscode"],
    define: {
      "import.meta.dirname": "__dirname",
      "import.meta.filename": "__filename",
      "import.meta.url": "__filename",
    },
  },
  {
    ...modules,
    entryPoints: {
      "language-server": "src/language-server/main.ts",
      "demo-renderer": "src/demo-renderer/main.ts",
      cli: "src/cli/main.ts",
    },
  },
  // What it loads only on some systems stays out of its memory.
  {
    ...modules,
    entryPoints: { "render-service": "src/render-service/main.ts" },
    splitting: true,
  },
  {
    ...common,
    platform: "browser",
    target: "chrome124",
    entryPoints: { form: "src/webview/form/form.ts" },
    outdir: "out/webview",
    format: "esm",
    loader: { ".ttf": "file" },
  },
];

await rm(out, { recursive: true, force: true });
await mkdir(join(out, "webview"), { recursive: true });
await cp(
  join(root, "node_modules/exrs/node_modules/exrs-raw-wasm-bindgen/exrs_raw_wasm_bindgen_bg.wasm"),
  join(out, "exrs.wasm"),
);
// Nuke's Python and the demo renderer's run these as they stand.
await cp(join(root, "src/warm/warm_nuke.py"), join(out, "warm_nuke.py"));
await cp(join(root, "src/demo-renderer/python/nuke.py"), join(out, "python", "nuke.py"));
if (watch) {
  const report = reportBuilds();
  const contexts = await Promise.all(
    bundles.map((options) => context({ ...options, plugins: [report], logLevel: "info" })),
  );
  await Promise.all(contexts.map((one) => one.watch()));
} else {
  await Promise.all(bundles.map((options) => build(options)));
}

/** Prints a line when the bundles start to be built and when all are done, for the editor's background task. */
function reportBuilds(): Plugin {
  let building = 0;
  return {
    name: "report-builds",
    setup: (bundle) => {
      bundle.onStart(() => {
        if (building++ === 0) process.stdout.write("[bundles] building\n");
      });
      bundle.onEnd(() => {
        if (--building === 0) process.stdout.write("[bundles] ready\n");
      });
    },
  };
}
