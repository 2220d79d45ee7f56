/** `npm run options`: writes the part of package.json that comes from the table of render options. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { taskDefinitions } from "./lib/task-properties.ts";

const file = join(import.meta.dirname, "..", "package.json");
const manifest: { contributes: object } = JSON.parse(readFileSync(file, "utf8"));
Object.assign(manifest.contributes, { taskDefinitions: taskDefinitions() });
writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
