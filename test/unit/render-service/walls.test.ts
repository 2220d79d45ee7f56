/** Walls of memory that the system holds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeChunk } from "../../../src/render-service/chunk/verdict.ts";
import { ScopeLimits, scopeArgv, wallFor } from "../../../src/render-service/memory/cgroup-limit.ts";

test("a wall is what the others leave of the budget, and never less than the need", () => {
  const own = { needMB: 300, measuredMB: 0 };
  assert.equal(wallFor(300, 1000, [own]), 1000, "alone: all of it");
  assert.equal(wallFor(300, 1000, [own, { needMB: 300, measuredMB: 450 }]), 550);
  assert.equal(
    wallFor(300.5, 1000, [
      { ...own, needMB: 300.5 },
      { needMB: 900, measuredMB: 10 },
    ]),
    301,
  );
});

test("the scope's command has Nuke's own words behind its last flag, untouched", () => {
  assert.deepEqual(scopeArgv("/usr/bin/systemd-run", 550, ["/opt/Nuke 15/Nuke15.1", "-x", "--", "a b;c"]), [
    "/usr/bin/systemd-run",
    "--user",
    "--scope",
    "--quiet",
    "--collect",
    "-p",
    "MemoryMax=550M",
    "-p",
    "MemorySwapMax=0",
    "--",
    "/opt/Nuke 15/Nuke15.1",
    "-x",
    "--",
    "a b;c",
  ]);
});

test("a Nuke without a scope limit is started unchanged", async () => {
  const scopeLimits = new ScopeLimits(
    () => assert.fail("not asked"),
    () => assert.fail("not asked"),
  );
  const nuke = { argv: ["nuke"], env: { A: "1" } };
  const place = { job: "a", needMB: () => assert.fail("not asked"), warn: () => assert.fail("no warning") };
  assert.deepEqual(await scopeLimits.around(nuke, place), { ...nuke, limitMB: null });
});

test("a Nuke that was ended at its wall: the reason names the wall and what to do", () => {
  const facts = {
    exitCode: null,
    signal: "SIGKILL",
    count: 4,
    framesMissing: 3,
    framesReported: 1,
    licenseReported: false,
    firstError: null,
    ended: null,
    unobserved: false,
    silentMs: null,
  };
  const { verdict, reason } = judgeChunk({ ...facts, limitMB: 2048 });
  assert.equal(verdict, "crash");
  assert.match(
    reason ?? "",
    /at its memory limit of 2 GB.*systemdScope.*1 of 4 frames.*larger nukeRender\.memory\.budget/u,
  );
  assert.doesNotMatch(judgeChunk({ ...facts, limitMB: null }).reason ?? "", /systemdScope/u);
  assert.doesNotMatch(
    judgeChunk({ ...facts, signal: "SIGSEGV", limitMB: 2048 }).reason ?? "",
    /systemdScope/u,
  );
});
