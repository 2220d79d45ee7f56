/** Which frames are done. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { FrameLedger, type LedgerChunk } from "../../../src/render-service/frames/frame-ledger.ts";

async function withLedger(
  chunk: Partial<LedgerChunk>,
  body: (ledger: FrameLedger, write: (name: string) => Promise<void>, place: string) => Promise<void>,
): Promise<void> {
  const cwd = await mkdtemp(join(tmpdir(), "nbr ledger "));
  const ledger = new FrameLedger({
    frames: [1, 2, 3, 4],
    filesPerFrame: 1,
    movie: false,
    cwd,
    outputFile: null,
    startedAt: Date.now(),
    ...chunk,
  });
  try {
    const write = async (name: string): Promise<void> => {
      await writeFile(join(cwd, name), "x");
      ledger.took(name, 0.5);
    };
    await body(ledger, write, cwd);
  } finally {
    await rm(cwd, { recursive: true });
  }
}

test("an error read before the line of the good frame before it still belongs to the bad one", () =>
  withLedger({}, async (ledger, write) => {
    await write("1.exr");
    ledger.error("Read1: gone");
    const [first] = await ledger.frame(1);
    assert.equal(first?.kind, "done");
    assert.deepEqual(await ledger.close("badly"), [{ kind: "failed", frame: 2, message: "Read1: gone" }]);
    assert.deepEqual(ledger.missing, [2, 3, 4]);
  }));

test("a frame that was ended by a cancel has not failed", () =>
  withLedger({}, async (ledger, write) => {
    await write("1.exr");
    await ledger.frame(1);
    ledger.error("a warning of sorts");
    assert.deepEqual(await ledger.close("asked"), []);
  }));

test("frames that were passed over have failed, each with its own error", () =>
  withLedger({}, async (ledger, write) => {
    ledger.error("first");
    ledger.error("second");
    await write("4.exr");
    assert.deepEqual(
      (await ledger.frame(4)).map((one) => [one.frame, one.kind, one.kind === "failed" ? one.message : ""]),
      [
        [1, "failed", "first"],
        [2, "failed", "second"],
        [3, "failed", "Nuke skipped this frame without an error message."],
        [4, "done", ""],
      ],
    );
    assert.equal(ledger.framesSettled, 4);
    assert.equal(ledger.framesDone, 1);
  }));

test("a second pass over the frames (--sro) neither counts twice nor undoes", () =>
  withLedger({ frames: [1, 2] }, async (ledger, write) => {
    for (const frame of [1, 2]) {
      await write(`${frame}.exr`);
      await ledger.frame(frame);
    }
    assert.deepEqual(await ledger.frame(1), []);
    assert.deepEqual(await ledger.frame(2), []);
    assert.deepEqual(ledger.missing, []);
    assert.equal(ledger.framesDone, 2);
  }));

test("the first pass of several may write nothing", () =>
  withLedger({ frames: [1, 2] }, async (ledger, write) => {
    await ledger.frame(1);
    await ledger.frame(2);
    assert.deepEqual(ledger.missing, [1, 2]);
    for (const frame of [1, 2]) {
      await write(`${frame}.exr`);
      await ledger.frame(frame);
    }
    assert.deepEqual(ledger.missing, []);
    assert.equal(ledger.framesSettled, 2);
  }));

test("two took lines for one file are one file", () =>
  withLedger({ filesPerFrame: 2 }, async (ledger, write) => {
    await write("left.1.exr");
    await write("left.1.exr");
    const [outcome] = await ledger.frame(1);
    assert.ok(outcome?.kind === "failed");
    assert.match(outcome.message, /Only 1 of 2 files/u);
  }));

test("a movie without a Frame line for each frame, or without an end, is not done", () =>
  withLedger({ movie: true, frames: [1, 2, 3] }, async (ledger, write) => {
    for (const frame of [1, 2]) {
      await write("m.mov");
      assert.deepEqual(await ledger.frame(frame), [{ kind: "rendered", frame }]);
    }
    assert.equal(ledger.framesDone, 2);
    assert.equal((await ledger.close("well")).filter(({ kind }) => kind === "done").length, 2);
    assert.deepEqual(ledger.missing, [3]);
  }));

test("a frame below zero whose file Nuke does not name is looked for as Nuke writes it", () =>
  withLedger({ frames: [-8, -7], singly: true, outputFile: "a.%04d.exr" }, async (ledger, _write, place) => {
    await writeFile(join(place, "a.-008.exr"), "x");
    await writeFile(join(place, "a.-0007.exr"), "x");
    const [first] = await ledger.frame(-8);
    assert.equal(first?.kind, "done");
    const [second] = await ledger.frame(-7);
    assert.equal(second?.kind, "failed");
  }));
