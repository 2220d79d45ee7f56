/** Words for jobs that wait. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { endingText, folderText, runningText } from "../../../src/plan/display.ts";
import type { JobStatus } from "../../../src/plan/events.ts";
import { jobStatus } from "../render-service/job-status.ts";

const status = (changes: Partial<JobStatus>): JobStatus =>
  jobStatus({ framesDone: 45, progress: 0.45, ...changes });

test("a job says what it waits for", () => {
  const held = (by: "license" | "disk" | "folder" | "script") => ({ by, text: "" });
  assert.equal(runningText(status({})), "45/100 frames · waiting");
  assert.equal(runningText(status({ held: held("license") })), "45/100 frames · waiting for a license");
  assert.equal(
    runningText(status({ held: held("disk"), running: 2 })),
    "45/100 frames · 2 Nukes · disk full",
  );
  assert.equal(runningText(status({ held: held("folder") })), "45/100 frames · output folder missing");
  assert.equal(runningText(status({ held: held("script") })), "45/100 frames · script missing");
  const paused = status({ held: held("script"), paused: true });
  assert.equal(runningText(paused), "paused, the script has changed · 45/100 frames");
  assert.equal(runningText(status({ paused: true })), "paused · 45/100 frames");
});

test("what the demo renderer makes is never called frames", () => {
  const demo = (changes: Partial<JobStatus>): JobStatus => status({ demo: true, ...changes });
  const states: Partial<JobStatus>[] = [
    {},
    { state: "cancelling" },
    { paused: true },
    { waitsFor: [{ job: "a", write: "Pre" }] },
    { exitCode: 0 },
    { exitCode: 1 },
    { exitCode: 3 },
    { exitCode: 130 },
  ];
  for (const changes of states) {
    const text = changes.exitCode === undefined ? runningText(demo(changes)) : endingText(demo(changes));
    assert.match(text, /^demo · .*test pictures/u);
    assert.ok(!text.includes("frame"), text);
  }
  assert.equal(endingText(demo({ exitCode: 0, seconds: 8 })), "demo · 100 test pictures · 8 s");
  assert.match(folderText(demo({}), "/p"), /test pictures .* not your comp, in \/p$/u);
  assert.equal(folderText(status({}), "/p"), "frames in /p");
});
