/** `nbr` on scripts that are made to take too much time or memory: it ends, and says what it does not know. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { renderPlanSchema } from "../../src/plan/render-plan.ts";
import { hostileDocuments } from "../hostile/documents.ts";
import { onlyNuke } from "../standin/install.ts";
import { type NbrResult, runNbr } from "./run-nbr.ts";

const folder = mkdtempSync(join(tmpdir(), "hostile scripts "));
after(() => rmSync(folder, { recursive: true }));

const nuke = await onlyNuke(folder);

/** More than any of them takes, and far less than what they took once. */
const HEAP_MB = 1000;

const nbr = (...args: readonly string[]): Promise<NbrResult> =>
  runNbr(args, {
    cwd: folder,
    env: {
      ...process.env,
      ...nuke,
      NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}`,
      NUKE_RENDER_STATE_DIR: join(folder, "state"),
      XDG_CONFIG_HOME: folder,
      APPDATA: folder,
    },
  });

function document(name: string): string {
  const found = hostileDocuments.find((one) => one.name === name);
  assert.ok(found, name);
  writeFileSync(join(folder, "hostile.nk"), found.text());
  return "hostile.nk";
}

test("inspect, canonical and diff end on a tower of values", async () => {
  const script = document("tower of values");
  const commands = [["inspect"], ["canonical"], ["diff", script]];
  for (const args of commands) {
    const { code, stderr } = await nbr(...args, script);
    assert.equal(code, 0, `${args[0]}: ${stderr.slice(0, 500)}`);
  }
});

for (const name of ["growing string map", "inputs by the thousand"])
  test(`inspect ends on ${name}`, async () => {
    const { code, stderr } = await nbr("inspect", "--json", document(name));
    assert.equal(code, 0, stderr.slice(0, 500));
  });

test("plan says of a file name that it takes too long to work out", async () => {
  const { stdout } = await nbr("plan", "--json", "--write", "Write8", document("tower of values"));
  const { problems } = renderPlanSchema.parse(JSON.parse(stdout));
  const unresolved = problems.find(({ code }) => code === "file-unresolved");
  assert.match(unresolved?.message ?? "", /too long to work out here/u);
});

test("plan refuses a frame number with more digits than a file name may have", async () => {
  const script = document("very wide frame numbers");
  const { stdout, code } = await nbr("plan", "--json", "--write", "Write1", script);
  assert.equal(code, 2);
  const { problems } = renderPlanSchema.parse(JSON.parse(stdout));
  assert.deepEqual(
    problems.filter(({ severity }) => severity === "error").map((one) => one.code),
    ["frame-token-too-wide"],
  );
});

test("a name with twelve frame numbers next to a file of two hundred digits is looked up at once", async () => {
  const out = join(folder, "frames");
  mkdirSync(out);
  writeFileSync(join(out, `${"1".repeat(200)}.exr_`), "x");
  writeFileSync(join(out, `${"2".repeat(12)}.exr`), "x");
  const file = join(out, `${"%d".repeat(12)}.exr`);
  writeFileSync(
    join(folder, "many.nk"),
    `version 15.1 v5\nWrite {\n inputs 0\n file "${file.replaceAll("\\", "/")}"\n file_type exr\n name Write1\n}\n`,
  );
  const { stdout } = await nbr("plan", "--json", "--range", "1-3", "--only", "missing", "many.nk");
  const { chunks } = renderPlanSchema.parse(JSON.parse(stdout));
  assert.equal(chunks.map(({ frames }) => frames).join(" "), "1 3");
});
