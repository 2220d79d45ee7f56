/** The service and the walls of memory that a system may hold around Nukes. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { RenderEvent } from "../../src/plan/job/events.ts";
import { runJob } from "../run-job.ts";
import { type Place, eventsOf, fakeJob, place, renderAll } from "./fake-nuke.ts";
import { exitCodeOf } from "../job-facts.ts";

/** A service whose PATH begins with a folder where `systemd-run` is this shell script. */
async function withRunner(script: string): Promise<Place> {
  const here = await place("nbr walls");
  const bin = join(here.folder, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "systemd-run"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  await here.connect({ env: { PATH: `${bin}:${process.env.PATH ?? ""}` } });
  return here;
}
const warnings = (events: readonly RenderEvent[]): string[] =>
  eventsOf(events, "message").flatMap(({ severity, text }) => (severity === "warning" ? [text] : []));

test("where no service manager answers, it is said once for a job, and the render goes on", async () => {
  if (process.platform === "win32")
    return console.log("UNTESTED HERE: a systemd-run that fails (a shell script)");
  await using here = await withRunner('echo "Failed to connect to bus" >&2; exit 1');
  const client = await here.connect();
  await client.configure({ systemdScope: true });
  const events: RenderEvent[] = [];
  const job = fakeJob(here, renderAll, { range: "1-4", chunks: ["1-2", "3-4"], parallel: 2 });
  const finished = await runJob(client, job, { onEvent: (event) => events.push(event) });
  assert.equal(exitCodeOf(finished), 0);
  assert.equal(warnings(events).filter((text) => text.includes("systemdScope")).length, 1);
  for (const { argv } of eventsOf(events, "chunk-started")) assert.equal(argv[0], process.execPath);
});

test("each Nuke is started inside its scope and is the same process; one killed at its wall alone tells why", async () => {
  if (process.platform !== "linux") return console.log("UNTESTED HERE: scopes (Linux)");
  await using here = await withRunner('while [ "$1" != "--" ]; do shift; done; shift; exec "$@"');
  const client = await here.connect();
  await client.configure({ systemdScope: true, budgetMB: 1000 });
  const events: RenderEvent[] = [];
  const code = `fs.writeFileSync(path.join(out, "pid" + frames[0]), String(process.pid)); ${renderAll}`;
  const finished = await runJob(client, fakeJob(here, code, { range: "1" }), {
    onEvent: (event) => events.push(event),
  });
  assert.equal(exitCodeOf(finished), 0);
  const [started] = eventsOf(events, "chunk-started");
  assert.deepEqual(started?.argv.slice(5, 10), ["-p", "MemoryMax=1000M", "-p", "MemorySwapMax=0", "--"]);
  assert.deepEqual(started.argv[10], process.execPath);
  assert.deepEqual(warnings(events), []);

  const killed = fakeJob(here, `process.kill(process.pid, "SIGKILL"); await sleep(1e6);`, {
    range: "1",
    plan: { retries: 0 },
  });
  const { status } = await runJob(client, killed);
  assert.match(status.chunks[0]?.reason ?? "", /The system killed Nuke at its memory limit of 1 GB/u);
});

test("a real scope ends a Nuke that takes more than its wall", async () => {
  const words = ["--user", "--scope", "--quiet", "--collect", "true"];
  if (process.platform !== "linux" || spawnSync("systemd-run", words, { timeout: 5000 }).status !== 0)
    return console.log("UNTESTED HERE: a real systemd scope (no user service manager answers)");
  await using here = await place("nbr scope");
  const client = await here.connect();
  await client.configure({ systemdScope: true, budgetMB: 300 });
  const code = `const held = []; for (;;) held.push(Buffer.alloc(20 * 1024 * 1024, 1));`;
  const { status } = await runJob(client, fakeJob(here, code, { range: "1", plan: { retries: 0 } }));
  assert.equal(exitCodeOf(status), 1);
  assert.match(status.chunks[0]?.reason ?? "", /at its memory limit of 300 MB/u);
});
