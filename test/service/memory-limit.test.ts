/** A limit that the kernel holds: Nukes that need far more than estimated. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { RenderEvent } from "../../src/plan/job/events.ts";
import { runJob } from "../run-job.ts";
import { requireAccounted } from "../faults/scenario.ts";
import { fakeJob, place } from "./fake-nuke.ts";
import { memoryGroup } from "./memory-group.ts";

/** Takes 200 MB in one go, between two looks at it. */
const jumps = `
  const held = [];
  await sleep(300);
  for (let mb = 0; mb < 200; mb++) held.push(Buffer.alloc(1024 * 1024, mb));
  for (const f of frames) { await sleep(100); write(f); frameLine(f); }
  if (held[9][0] !== 9) complain("lost"); total();`;

test("Nukes that overflow the kernel's limit at a bound: some are ended, and no frame is lost", async () => {
  await using group = await memoryGroup(900);
  if (group === null)
    return console.log("UNTESTED HERE: a memory limit held by the kernel (needs a cgroup, as root on Linux)");
  await using here = await place();
  const runtime = join(here.folder, "limited");
  const words = [...group.enter, process.execPath].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  await writeFile(runtime, `#!/bin/sh\nexec ${words.join(" ")} "$@"\n`, { mode: 0o755 });
  const client = await here.connect({ runtime: { path: runtime } });
  // The estimate is far too low, so all eight are admitted at once.
  const memory = {
    parallel: 8,
    cacheMB: 16,
    allowanceMB: 16,
    sumMB: 256,
    budgetMB: 900,
    freeMB: 900,
    fits: true,
  };
  const chunks = ["1-2", "3-4", "5-6", "7-8", "9-10", "11-12", "13-14", "15-16"];
  const job = fakeJob(here, jumps, { range: "1-16", chunks, parallel: 8, plan: { memory } });
  const events: RenderEvent[] = [];
  await client.configure({ budgetMB: 900, maxParallel: 8 });
  const { status, outcome } = await runJob(client, job, { onEvent: (event) => events.push(event) });
  assert.ok((await group.kills()) > 0, "the limit was real");
  assert.equal(outcome, "complete", status.missingRanges.join(" "));
  await requireAccounted(here, status, 16);
  const ended = status.chunks.filter(({ verdict }) => verdict === "crash" || verdict === "evicted");
  assert.ok(ended.length > 0);
  assert.deepEqual(
    events.filter(({ type }) => type === "frame-failed"),
    [],
    "no frame is blamed",
  );
});
