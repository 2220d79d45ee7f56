/** A service that hangs: no client hangs with it, and it can be ended. */
import assert from "node:assert/strict";
import { rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { runJob } from "../run-job.ts";
import { killService } from "../../src/render-service/client/end-service.ts";
import { findRenderService } from "../../src/render-service/client/connect.ts";
import { isAlive, listProcesses } from "../../src/render-service/process/process-list.ts";
import { isDamaged, readLock } from "../../src/render-service/storage/lock-record.ts";
import { fakeJob, nextEvent, place, renderAll } from "./fake-nuke.ts";
import { exitCodeOf } from "../job-facts.ts";

const windows = process.platform === "win32";
const posix = { skip: windows ? "UNTESTED HERE: stopped processes (POSIX)" : false };
const limits = { greetMs: 500, requestMs: 500, longMs: 500, heartbeatMs: 300 };
const says = (pid: number) => ({
  reason: "not-reachable",
  message: new RegExp(
    `process ${pid}\\) has not responded for .* log .*service\\.log may show why\\. .*nbr service stop --force`,
    "u",
  ),
});

test(
  "a service that was stopped hangs no one: greeting, requests and those who only listen have a limit",
  posix,
  async () => {
    await using here = await place("nbr hung");
    const client = await here.connect({ limits });
    const { pid } = client.hello;
    const started = nextEvent(client, ({ type }) => type === "chunk-started");
    const waiting = runJob(client, fakeJob(here, "await sleep(1e6);", { range: "1" }));
    const lost = assert.rejects(waiting, says(pid));
    await started;
    process.kill(pid, "SIGSTOP");
    try {
      await assert.rejects(here.connect({ limits }), says(pid));
      await assert.rejects(findRenderService({ stateFolder: here.state, limits }), says(pid));
      await assert.rejects(client.jobs(), says(pid));
      await lost;
    } finally {
      process.kill(pid, "SIGCONT");
    }
  },
);

test(
  "a hung service is ended by force, its Nukes are taken over by the next one, and another program is left alone",
  posix,
  async () => {
    await using here = await place("nbr hung");
    const client = await here.connect({ limits });
    const { pid } = client.hello;
    const started = nextEvent(client, ({ type }) => type === "frame-done");
    const code = "write(1); frameLine(1); await sleep(1e6);";
    const { job } = await client.submit(fakeJob(here, code, { range: "1-2" }), { watch: true });
    await started;
    const list = await listProcesses();
    const service = list.get(pid);
    const nuke = list.get((await client.job(job)).chunks[0]?.pid ?? 0);
    assert.ok(service && nuke);
    process.kill(pid, "SIGSTOP");
    assert.equal(await killService(here.state), pid);
    assert.ok(!isAlive(service) && isAlive(nuke));
    assert.equal(await killService(here.state), null, "once");
    const next = await here.connect();
    assert.equal((await next.job(job)).state.kind, "running");
    await next.shutdown({ force: true });
    assert.ok(!isAlive(nuke));
    // A lock that names a process which is another program by now.
    const lock = {
      pid: process.pid,
      started: "7",
      nonce: "n",
      host: "",
      socket: join(here.state, "service.sock"),
    };
    const { machineName } = await import("../../src/render-service/storage/lock-record.ts");
    await writeFile(join(here.state, "service.lock"), JSON.stringify({ ...lock, host: machineName }));
    assert.equal(await killService(here.state), null);
    assert.equal(exitCodeOf(await runJob(await here.connect(), fakeJob(here, renderAll, { range: "1" }))), 0);
  },
);

test(
  "a service whose lock is removed or damaged is still found, stays the only one, and repairs it",
  posix,
  async () => {
    await using here = await place("nbr hung");
    const client = await here.connect();
    const lock = join(here.state, "service.lock");
    const before = await readLock(lock);
    for (const damage of [() => rm(lock), () => writeFile(lock, ""), () => writeFile(lock, "[]")]) {
      await damage();
      const old = Date.now() / 1000 - 60;
      await utimes(lock, old, old).catch(() => undefined);
      const other = await here.connect();
      assert.equal(other.hello.pid, client.hello.pid);
      // The service mends it when it hears of a client; a second one hears after that.
      let found = await readLock(lock);
      while (typeof found === "string" || isDamaged(found)) {
        await (await here.connect()).jobs();
        found = await readLock(lock);
      }
      assert.deepEqual(found, before);
    }
  },
);

test("a hung service whose lock is damaged is found by its command line", posix, async () => {
  if (process.platform !== "linux")
    return console.log("UNTESTED HERE: command lines of processes (needs /proc)");
  await using here = await place("nbr hung");
  const { pid } = (await here.connect()).hello;
  process.kill(pid, "SIGSTOP");
  await writeFile(join(here.state, "service.lock"), "");
  await assert.rejects(findRenderService({ stateFolder: here.state, limits }), { reason: "not-reachable" });
  assert.equal(await killService(here.state), pid);
});
