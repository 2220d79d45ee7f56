/** Words for jobs that wait. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { endingText, folderText, runningText } from "../../../../src/plan/text/display.ts";
import type { JobStatus } from "../../../../src/plan/job/events.ts";
import {
  type BlockReason,
  type JobOutcome,
  type JobState,
  type PauseCause,
  jobOutcomeSchema,
} from "../../../../src/plan/job/job-state.ts";
import { jobStatus } from "../../render-service/job-status.ts";

const status = (changes: Partial<JobStatus>): JobStatus =>
  jobStatus({ framesDone: 45, progress: 0.45, ...changes });

test("a job says what it waits for", () => {
  const blocked = (...reasons: BlockReason[]): { state: JobState } => ({
    state: { kind: "running", blockedBy: reasons.map((reason) => ({ reason, text: "" })) },
  });
  assert.equal(runningText(status({})), "45/100 frames · waiting");
  assert.equal(runningText(status(blocked("license"))), "45/100 frames · waiting for a license");
  const two = status({ ...blocked("disk", "memory"), running: 2 });
  assert.equal(runningText(two), "45/100 frames · 2 Nukes · disk full");
  assert.equal(runningText(status(blocked("folder"))), "45/100 frames · output folder missing");
  assert.equal(runningText(status(blocked("script"))), "45/100 frames · script missing");
  assert.equal(runningText(status(blocked("memory"))), "45/100 frames · waiting for memory");
  const paused = (by: PauseCause): JobStatus => status({ state: { kind: "paused", by, blockedBy: [] } });
  assert.equal(runningText(paused("script")), "paused, the script has changed · 45/100 frames");
  assert.equal(runningText(paused("user")), "paused · 45/100 frames");
  assert.equal(runningText(paused("interruption")), "interrupted · 45/100 frames");
});

test("what the demo renderer makes is never called frames", () => {
  const demo = (changes: Partial<JobStatus>): JobStatus => status({ demo: true, ...changes });
  const done = (outcome: JobOutcome): Partial<JobStatus> => ({ state: { kind: "done", outcome } });
  const states: Partial<JobStatus>[] = [
    {},
    { state: { kind: "cancelling" } },
    { state: { kind: "paused", by: "user", blockedBy: [] } },
    { waitsFor: [{ job: "a", write: "Pre" }] },
    ...jobOutcomeSchema.options.map(done),
  ];
  for (const changes of states) {
    const text = changes.state?.kind === "done" ? endingText(demo(changes)) : runningText(demo(changes));
    assert.match(text, /^demo · .*test pictures/u);
    assert.ok(!text.includes("frame"), text);
  }
  assert.equal(endingText(demo({ ...done("complete"), seconds: 8 })), "demo · 100 test pictures · 8 s");
  assert.match(folderText(demo({}), "/p"), /test pictures .* not your comp, in \/p$/u);
  assert.equal(folderText(status({}), "/p"), "frames in /p");
});
