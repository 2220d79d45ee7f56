/** State files that a power cut, a full disk or a stray command has damaged, and the lock among them. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as z from "zod/mini";
import { acquireLock } from "../../../src/render-service/storage/lock.ts";
import { readLock } from "../../../src/render-service/storage/lock-record.ts";
import { type Damage, StateFile } from "../../../src/render-service/storage/state-file.ts";

const schema = z.object({ value: z.int() });

function inFolder<Result>(work: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), "nbr state "));
  const clean = (): void => rmSync(folder, { recursive: true, force: true });
  const result = work(folder);
  if (result instanceof Promise) void result.finally(clean).catch(() => undefined);
  else clean();
  return result;
}

const damages: Readonly<Record<string, (path: string) => void>> = {
  empty: (path) => writeFileSync(path, ""),
  "cut short": (path) => writeFileSync(path, '{"value":'),
  garbage: (path) => writeFileSync(path, Buffer.from([0, 255, 254, 7, 0])),
  "an array": (path) => writeFileSync(path, "[]"),
  "another shape": (path) => writeFileSync(path, '{"value":"seven"}'),
  "too long": (path) => writeFileSync(path, `{"value":1${" ".repeat(5000)}}`),
  "a folder": (path) => mkdirSync(path),
  ...(process.platform === "win32"
    ? {}
    : { "a pipe": (path: string) => void execFileSync("mkfifo", [path]) }),
};

for (const [name, damage] of Object.entries(damages))
  test(`a state file that is ${name} is set aside, told once, and can be written again`, () =>
    inFolder(async (folder) => {
      const told: Damage[] = [];
      const path = join(folder, "limits.json");
      const file = new StateFile({ path, schema, tell: (one) => told.push(one), mostBytes: 4096 });
      damage(path);
      assert.equal(file.read(), null);
      assert.equal(file.read(), null);
      assert.equal(told.length, 1);
      assert.match(
        told[0]?.text ?? "",
        /limits\.json is damaged .* set aside as limits\.json\.damaged-\d{17}\.$/u,
      );
      await file.write({ value: 7 });
      assert.deepEqual(file.read(), { value: 7 });
      assert.equal(readdirSync(folder).length, 2, "the file, and what was set aside");
    }));

for (const [name, damage] of Object.entries(damages))
  test(`what is ${name} is replaced by a write and removed in the end`, () =>
    inFolder((folder) => {
      const path = join(folder, "limits.json");
      const file = new StateFile({ path, schema, tell: () => undefined });
      damage(path);
      mkdirSync(`${path}.new`);
      file.writeNow({ value: 3 });
      assert.deepEqual(file.read(), { value: 3 });
      rmSync(path);
      damage(path);
      file.remove();
      assert.ok(!readdirSync(folder).includes("limits.json"));
    }));

test("writes one after the other leave the last one; damaged versions do not pile up", () =>
  inFolder(async (folder) => {
    const path = join(folder, "history.json");
    const file = new StateFile({ path, schema, tell: () => undefined });
    await Promise.all(Array.from({ length: 50 }, (_, value) => file.write({ value })));
    assert.deepEqual(JSON.parse(readFileSync(path, "utf8")), { value: 49 });
    for (let times = 0; times < 9; times++) {
      // Names are by the millisecond.
      for (const now = Date.now(); Date.now() === now;);
      writeFileSync(path, "damaged");
      file.read();
    }
    assert.equal(readdirSync(folder).length, 5);
  }));

for (const [name, damage] of Object.entries(damages))
  test(`a lock that is ${name} holds no one up`, () =>
    inFolder(async (folder) => {
      const path = join(folder, "service.lock");
      damage(path);
      assert.equal(await readLock(path), "busy", "it may be just being written");
      const old = Date.now() / 1000 - 60;
      utimesSync(path, old, old);
      // Of many that want it, one gets it.
      const locks = await Promise.all([1, 2, 3, 4].map((n) => acquireLock(path, join(folder, `s${n}`))));
      const [lock, ...others] = locks.filter((one) => one !== null);
      assert.ok(lock);
      assert.equal(others.length, 0);
      assert.deepEqual(await readLock(path), lock.record);
      assert.ok(readdirSync(folder).some((one) => one.startsWith("service.lock.damaged-")));
      await lock.release();
      assert.equal(await readLock(path), "absent");
    }));

test("a lock that is damaged while it is held is written again by its holder", () =>
  inFolder(async (folder) => {
    const path = join(folder, "service.lock");
    const lock = await acquireLock(path, join(folder, "s"));
    assert.ok(lock);
    rmSync(path);
    await lock.repair();
    assert.deepEqual(await readLock(path), lock.record);
    writeFileSync(path, "");
    const old = Date.now() / 1000 - 60;
    utimesSync(path, old, old);
    await lock.repair();
    assert.deepEqual(await readLock(path), lock.record);
    await lock.release();
  }));
