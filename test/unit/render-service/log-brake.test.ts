/** When a Nuke that prints too fast has to wait, and when it goes on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { LogBrake } from "../../../src/render-service/logs/log-brake.ts";

const MB = 1024 * 1024;

test("it waits above the limit, once, and goes on when nearly all is read; what prints on is held again", async () => {
  const did: string[] = [];
  const printer = {
    pause: () => Promise.resolve(did.push("pause")).then(() => undefined),
    resume: () => void did.push("resume"),
  };
  const brake = new LogBrake(printer, 64 * MB);
  for (const unread of [0, 15, 17, 16, 10, 17, 30]) {
    brake.look(unread * MB);
    await turn();
  }
  assert.deepEqual(did, ["pause"]);
  brake.look(34 * MB);
  await turn();
  assert.deepEqual(did, ["pause", "pause"], "something of it was missed");
  for (const unread of [20, 3, 1, 0]) {
    brake.look(unread * MB);
    await turn();
  }
  assert.deepEqual(did, ["pause", "pause", "resume"]);
  brake.release();
  assert.equal(did.length, 3, "it is off");
  brake.look(20 * MB);
  await turn();
  brake.release();
  assert.deepEqual(did.slice(3), ["pause", "resume"]);
});

test("a small limit still lets a Nuke print a megabyte at once", async () => {
  let paused = 0;
  const pause = (): Promise<void> => Promise.resolve(void paused++);
  const brake = new LogBrake({ pause, resume: () => undefined }, 1000);
  brake.look(MB);
  await turn();
  assert.equal(paused, 0);
  brake.look(MB + 1);
  assert.equal(paused, 1);
});
