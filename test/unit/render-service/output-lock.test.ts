/** The lock file of a pattern, with many that want it at once. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import {
  type LockAttempt,
  type LockOwner,
  outputLockFile,
  removeOutputLock,
  takeOutputLock,
} from "../../../src/render-service/storage/output-lock.ts";
import {
  MOST_LOCK_BYTES,
  NotALockError,
  type OutputLockRecord,
  lockText,
  readOutputLock,
} from "../../../src/render-service/storage/output-lock-record.ts";
import { frameReader } from "../../../src/plan/frames/frame-file.ts";

const STALE_MS = 60_000;

async function folder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), "nbr lock "));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A service on its own machine. */
function owner(host: string): LockOwner {
  return { host, user: "ana", pid: 1, process: "", boot: host, state: host, version: "1.0.0" };
}

function record(host: string, more: Partial<OutputLockRecord> = {}): OutputLockRecord {
  return { ...owner(host), nonce: `of ${host}`, job: `job-of-${host}`, started: 1, outputs: [], ...more };
}

/** All want the same frames. */
function take(path: string, host: string): Promise<LockAttempt> {
  const rules = { owner: owner(host), staleMs: STALE_MS, clashes: () => true };
  return takeOutputLock({ folder: path, name: "a.#.exr" }, record(host), rules);
}

test("of many machines that want a pattern at once no two have it, also where an old lock is left over", async () => {
  await using here = await folder();
  const file = outputLockFile(here.path, "a.#.exr");
  let winners = 0;
  for (let round = 0; round < 20; round++) {
    if (round % 2 === 1) {
      await writeFile(file, JSON.stringify(record("gone")));
      await utimes(file, 1000, 1000);
    }
    const hosts = Array.from({ length: 8 }, (_, index) => `machine-${index}`);
    const attempts = await Promise.allSettled(hosts.map((host) => take(here.path, host)));
    const held = hosts.filter((_, index) => {
      const attempt = attempts[index];
      return attempt?.status === "fulfilled" && attempt.value.is === "held";
    });
    assert.ok(held.length <= 1, held.join(" "));
    winners += held.length;
    for (const host of hosts)
      for (const name of await readdir(here.path))
        await removeOutputLock(join(here.path, name), `of ${host}`);
    assert.deepEqual(await readdir(here.path), []);
  }
  assert.ok(winners > 0);
});

test("a link, a pipe or a folder of that name is no lock and is left alone; the next slot has to do", async () => {
  await using here = await folder();
  const [first, second] = [1, 2].map((slot) => outputLockFile(here.path, "a.#.exr", slot));
  assert.ok(first !== undefined && second !== undefined);
  await symlink("/etc/hostname", first);
  if (process.platform !== "win32") execFileSync("mkfifo", [second]);
  for (const file of [first, second]) await assert.rejects(readOutputLock(file), NotALockError);
  const attempt = await take(here.path, "machine");
  assert.deepEqual(attempt, { is: "held", file: outputLockFile(here.path, "a.#.exr", 3) });
  assert.equal((await readdir(here.path)).length, 3);
});

test("the names of lock files are hidden, short enough, of one folder, and no frame's", () => {
  assert.equal(basename(outputLockFile("/o", "a.#.exr")), ".a.#.exr.nbr-lock");
  assert.equal(basename(outputLockFile("/o", "#/a.#.exr", 2)), ".#_a.#.exr.2.nbr-lock");
  const long = ["x", "y"].map((end) => basename(outputLockFile("/o", `${"ü".repeat(150)}${end}`)));
  assert.notEqual(long[0], long[1]);
  for (const name of long) assert.ok(Buffer.byteLength(name) < 255, name);
  for (const pattern of ["a.####.exr", "a.%d.exr", "####", ".a.####.exr"])
    for (const slot of [1, 2])
      assert.equal(frameReader(pattern, "")(basename(outputLockFile("/o", pattern, slot))), null, pattern);
});

test("a record that is too long names no frames, and is a record still", async () => {
  await using here = await folder();
  const frames = Array.from({ length: 20_000 }, (_, index) => String(index * 3)).join(" ");
  const output = { job: "j", script: "/s.nk", write: "Write1", name: "a.%04d.exr", frames };
  const file = join(here.path, "lock");
  for (const outputs of [[output], Array.from({ length: 1500 }, () => output)]) {
    const text = lockText(record("machine", { outputs }));
    assert.ok(Buffer.byteLength(text) <= MOST_LOCK_BYTES);
    await writeFile(file, text);
    const found = await readOutputLock(file);
    assert.equal(found?.record?.host, "machine");
    assert.ok(found.record.outputs.every((one) => one.frames === null && one.name === null));
  }
});

test("whatever names a script, a Write and a file have, the lock can be read back by its owner", async () => {
  await using here = await folder();
  // Controls, text that turns around, a joiner, a private character, half of a pair, and no end.
  for (const odd of ["\u001B]0;t\u0007", "\u202Egpj", "a\u200Db", "\uE000", "\uD83D", "x".repeat(70_000)]) {
    const outputs = [
      { job: "job", script: `/p/${odd}.nk`, write: odd, name: `f${odd}.#.exr`, frames: "1-10" },
    ];
    const mine = record("here", { outputs });
    const rules = { owner: owner("here"), staleMs: STALE_MS, clashes: () => true };
    const attempt = await takeOutputLock({ folder: here.path, name: "f.#.exr" }, mine, rules);
    assert.equal(attempt.is, "held", JSON.stringify(odd.slice(0, 20)));
    const found = await readOutputLock(attempt.file);
    assert.equal(found?.record?.nonce, mine.nonce);
    await removeOutputLock(attempt.file, mine.nonce);
  }
});
