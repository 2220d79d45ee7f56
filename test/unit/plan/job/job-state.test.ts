/** Every state of a job with every event: the whole table. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Block,
  type JobState,
  type JobStateEvent,
  mayStart,
  transition,
} from "../../../../src/plan/job/job-state.ts";

const license: Block = { reason: "license", text: "Waiting for a license." };
const script: Block = { reason: "script", text: "shot.nk was saved." };

const states = {
  queued: { kind: "queued", blockedBy: [] },
  blocked: { kind: "queued", blockedBy: [license] },
  running: { kind: "running", blockedBy: [] },
  "running, blocked": { kind: "running", blockedBy: [license] },
  "paused by the script": { kind: "paused", by: "script", blockedBy: [script] },
  "paused by the user": { kind: "paused", by: "user", blockedBy: [license] },
  interrupted: { kind: "paused", by: "interruption", blockedBy: [] },
  cancelling: { kind: "cancelling" },
  done: { kind: "done", outcome: "incomplete" },
} as const satisfies Record<string, JobState>;
type Name = keyof typeof states;

const events = {
  started: { type: "nuke-started" },
  "no license": { type: "blocked", ...license },
  "license again": { type: "unblocked", reason: "license" },
  "script saved": { type: "paused", by: "script" },
  pause: { type: "paused", by: "user" },
  interrupt: { type: "paused", by: "interruption" },
  "resume new": { type: "resumed", begun: false },
  "resume begun": { type: "resumed", begun: true },
  cancel: { type: "cancelled" },
  end: { type: "ended", outcome: "complete" },
} as const satisfies Record<string, JobStateEvent>;

/** A name of a state, or the state itself; `=`: nothing changes. */
type Expected = Name | "=" | JobState;
const paused = (by: "script" | "user" | "interruption", ...blockedBy: Block[]): JobState => ({
  kind: "paused",
  by,
  blockedBy,
});
const complete: JobState = { kind: "done", outcome: "complete" };

const table: Record<Name, Record<keyof typeof events, Expected>> = {
  queued: {
    started: "running",
    "no license": "blocked",
    "license again": "=",
    "script saved": paused("script"),
    pause: paused("user"),
    interrupt: "interrupted",
    "resume new": "=",
    "resume begun": "=",
    cancel: "cancelling",
    end: complete,
  },
  blocked: {
    started: "running, blocked",
    "no license": "=",
    "license again": "queued",
    "script saved": paused("script", license),
    pause: "paused by the user",
    interrupt: paused("interruption", license),
    "resume new": "=",
    "resume begun": "=",
    cancel: "cancelling",
    end: complete,
  },
  running: {
    started: "=",
    "no license": "running, blocked",
    "license again": "=",
    "script saved": paused("script"),
    pause: paused("user"),
    interrupt: "interrupted",
    "resume new": "=",
    "resume begun": "=",
    cancel: "cancelling",
    end: complete,
  },
  "running, blocked": {
    started: "=",
    "no license": "=",
    "license again": "running",
    "script saved": paused("script", license),
    pause: "paused by the user",
    interrupt: paused("interruption", license),
    "resume new": "=",
    "resume begun": "=",
    cancel: "cancelling",
    end: complete,
  },
  "paused by the script": {
    started: "=",
    "no license": paused("script", script, license),
    "license again": "=",
    "script saved": "=",
    pause: paused("user", script),
    interrupt: paused("interruption", script),
    "resume new": "queued",
    "resume begun": "running",
    cancel: "cancelling",
    end: complete,
  },
  "paused by the user": {
    started: "=",
    "no license": "=",
    "license again": paused("user"),
    "script saved": "=",
    pause: "=",
    interrupt: paused("interruption", license),
    "resume new": "blocked",
    "resume begun": "running, blocked",
    cancel: "cancelling",
    end: complete,
  },
  interrupted: {
    started: "=",
    "no license": paused("interruption", license),
    "license again": "=",
    "script saved": "=",
    pause: "=",
    interrupt: "=",
    "resume new": "queued",
    "resume begun": "running",
    cancel: "cancelling",
    end: complete,
  },
  cancelling: {
    started: "=",
    "no license": "=",
    "license again": "=",
    "script saved": "=",
    pause: "=",
    interrupt: "=",
    "resume new": "=",
    "resume begun": "=",
    cancel: "=",
    end: complete,
  },
  done: {
    started: "=",
    "no license": "=",
    "license again": "=",
    "script saved": "=",
    pause: "=",
    interrupt: "=",
    "resume new": "=",
    "resume begun": "=",
    cancel: "=",
    end: "=",
  },
};

const stateNamed = new Map<string, JobState>(Object.entries(states));
const eventNamed = new Map<string, JobStateEvent>(Object.entries(events));

for (const [name, row] of Object.entries(table))
  for (const [eventName, expected] of Object.entries(row))
    test(`${name} + ${eventName}`, () => {
      const [before, event] = [stateNamed.get(name), eventNamed.get(eventName)];
      assert.ok(before && event);
      const after = transition(before, event);
      if (expected === "=") assert.equal(after, before);
      else assert.deepEqual(after, typeof expected === "string" ? stateNamed.get(expected) : expected);
    });

test("unblocking one reason leaves the others", () => {
  const dependency = {
    type: "blocked",
    reason: "dependency",
    text: "Waiting for shot-Write1-ab12.",
  } as const;
  const both = transition(states.blocked, dependency);
  const released = transition(both, { type: "unblocked", reason: "dependency" });
  assert.deepEqual(released, states.blocked);
  assert.equal(mayStart(released), false);
});

test("only jobs that wait or run, and are not blocked, start Nukes; memory is decided elsewhere", () => {
  const may = Object.entries(states).flatMap(([name, state]) => (mayStart(state) ? [name] : []));
  assert.deepEqual(may, ["queued", "running"]);
  const memory = transition(states.running, {
    type: "blocked",
    reason: "memory",
    text: "Waiting for memory.",
  });
  assert.equal(mayStart(memory), true);
});
