/** What the service takes while it has nothing to do, as it is shipped: from its bundle (the tier `build` makes it). */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { runJob } from "../run-job.ts";
import { findRenderService } from "../../src/render-service/client/connect.ts";
import { fakeJob, place, renderAll } from "./fake-nuke.ts";
import { processorSeconds, residentMB } from "./service-figures.ts";
import { exitCodeOf } from "../job-facts.ts";

/** MB; a Node alone takes more than forty. */
const MOST_MB = 60;
/** What is left of a render when the heap has been tidied up; less here, but machines differ. */
const MORE_MB = 3;
const bundle = join(import.meta.dirname, "../../out/render-service.mjs");

test("idle, fresh and after a render, the service takes little memory and no processor time", async () => {
  if (process.platform !== "linux" || !existsSync(bundle))
    return console.log("UNTESTED HERE: what an idle service takes (Linux, after npm run build)");
  await using here = await place("nbr little");
  await mkdir(here.state, { mode: 0o700 });
  const env = { ...process.env, NUKE_RENDER_STATE_DIR: here.state, NUKE_RENDER_IDLE_SECONDS: "60" };
  spawn(process.execPath, [bundle], { env, stdio: "ignore", detached: true }).unref();
  let client = await findRenderService({ stateFolder: here.state });
  for (; client === null; client = await findRenderService({ stateFolder: here.state })) await wait(50);
  const { pid } = client.hello;
  const fresh = await settles(pid);
  assert.ok(fresh < MOST_MB, `fresh: ${fresh} MB`);
  // It tidies up once, a moment after its start.
  let idle = Infinity;
  for (let look = 0; look < 5 && idle > 0.01; look++) {
    const still = processorSeconds(pid);
    await wait(2000);
    idle = processorSeconds(pid) - still;
  }
  assert.ok(idle <= 0.01, `${idle} s of processor time in two idle seconds`);
  // A client that asks at times is little work.
  const before = processorSeconds(pid);
  for (let index = 0; index < 20; index++) {
    await client.jobs();
    await wait(100);
  }
  const took = processorSeconds(pid) - before;
  assert.ok(took <= 0.2, `${took} s of processor time in two seconds and twenty answers`);
  const job = fakeJob(here, renderAll, { range: "1-200", chunks: ["1-100", "101-200"], parallel: 2 });
  assert.equal(exitCodeOf(await runJob(client, job)), 0);
  const after = await settles(pid);
  assert.ok(after < MOST_MB + MORE_MB, `after a render: ${after} MB`);
  console.log(`idle: ${fresh.toFixed(1)} MB fresh, ${after.toFixed(1)} MB after a render`);
});

/** Resident memory, MB, once it is low enough, or after a few seconds in any case. */
async function settles(pid: number, enough = MOST_MB): Promise<number> {
  for (let look = 0; look < 100 && residentMB(pid) >= enough; look++) await wait(100);
  return residentMB(pid);
}
