/** `npm run package`: the .vsix that users install. `-- --out FILE` names it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as z from "zod";
import { packageExtension } from "./lib/package.ts";

const { values } = parseArgs({ options: { out: { type: "string" } } });
const root = join(import.meta.dirname, "..");
const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(await readFile(join(root, "package.json"), "utf8")));
const file = values.out ?? join(root, `nuke-background-render-${version}.vsix`);
await packageExtension(file);
process.stdout.write(`${file}\n`);
