/** What the end of a Nuke means (nuke-cli.md 1.7). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type NukeEnd, judgeEnd } from "../../../src/nuke/exit.ts";

const failed: NukeEnd = {
  exitCode: 1,
  signal: null,
  licenseReported: false,
  framesReported: 3,
  allOnDisk: false,
  framesMissing: 2,
  firstError: null,
};

test("the files decide, not the exit code", () => {
  assert.deepEqual(judgeEnd({ ...failed, exitCode: 0, allOnDisk: true }), { verdict: "done", reason: null });
  const late = judgeEnd({ ...failed, exitCode: 1, allOnDisk: true });
  assert.equal(late.verdict, "done");
  assert.match(late.reason ?? "", /exit code 1/u);
  assert.equal(judgeEnd({ ...failed, exitCode: 0 }).verdict, "failed");
});

test("no license: code 100, or the report without a frame and an end that is no success", () => {
  assert.equal(judgeEnd({ ...failed, exitCode: 100 }).verdict, "license");
  const reported = { ...failed, licenseReported: true, framesReported: 0 };
  assert.equal(judgeEnd({ ...reported, exitCode: 1 }).verdict, "license");
  assert.equal(judgeEnd({ ...reported, exitCode: 0 }).verdict, "failed");
  assert.equal(judgeEnd({ ...reported, framesReported: 1 }).verdict, "failed");
  assert.equal(judgeEnd({ ...reported, exitCode: null, signal: "SIGKILL" }).verdict, "crash");
});

test("crashes: signals, a shell's codes for them, Windows exceptions, unknown codes", () => {
  const killed = judgeEnd({ ...failed, exitCode: null, signal: "SIGKILL" });
  assert.equal(killed.verdict, "crash");
  assert.match(killed.reason ?? "", /SIGKILL.*memory/u);
  assert.match(judgeEnd({ ...failed, exitCode: 139 }).reason ?? "", /SIGSEGV/u);
  for (const exitCode of [0xc0000005, 0xc0000005 - 0x1_0000_0000]) {
    const end = judgeEnd({ ...failed, exitCode });
    assert.equal(end.verdict, "crash");
    assert.match(end.reason ?? "", /0xC0000005.*access violation/u);
  }
  assert.equal(judgeEnd({ ...failed, exitCode: 42 }).verdict, "crash");
  assert.equal(judgeEnd({ ...failed, exitCode: null }).verdict, "crash");
});

test("an ordinary failure speaks in Nuke's words", () => {
  const end = judgeEnd({ ...failed, firstError: "Read1: gone" });
  assert.equal(end.verdict, "failed");
  assert.equal(end.reason, "Read1: gone (2 frames are not on disk)");
});
