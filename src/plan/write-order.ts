/** Which Writes wait for which, and which other Writes of its script a render depends on. */
import { count } from "./text/display.ts";
import type { PlanFacts } from "./facts.ts";
import { chooseRange } from "./frames/range.ts";
import type { Problem } from "./render-plan.ts";
import { framesOnDisk } from "./frames/select-frames.ts";
import type { ScriptFacts, WriteTarget } from "./target.ts";

/** A Write that is rendered before another one. */
export interface Predecessor {
  readonly write: string;
  /** The node that reads what it writes; null: the order comes from `render_order` alone. */
  readonly reader: string | null;
}

export interface OrderedWrite {
  readonly write: WriteTarget;
  /** All of them come before it in the list. */
  readonly after: readonly Predecessor[];
}

export interface WriteOrder {
  readonly writes: readonly OrderedWrite[];
  /** Cycles, and where each was broken. */
  readonly problems: readonly Problem[];
}

/**
 * The order in which these Writes are rendered: first what others read, then by `render_order` (lower first; equal numbers imply no
 * order), then as in the script. If Writes read each other in a cycle, one of them starts.
 */
export function orderWrites(writes: readonly WriteTarget[]): WriteOrder {
  const ordered: OrderedWrite[] = [];
  const problems: Problem[] = [];
  const placed = new Set<string>();
  // Those of the same order stay as they are in the script.
  const sorted = writes.toSorted((a, b) => a.renderOrder - b.renderOrder);
  const left = new Map(sorted.map((write) => [write.name, write]));
  const open = ({ needs }: WriteTarget): typeof needs => needs.filter((need) => left.has(need.write));
  while (left.size > 0) {
    const next = firstReady(left);
    if (!next) break;
    if (open(next).length > 0) problems.push(circle(next, open(next)));
    const needs = next.needs.filter((need) => placed.has(need.write));
    const read = new Set(needs.map((need) => need.write));
    const lower = ordered.filter(
      ({ write }) => write.renderOrder < next.renderOrder && !read.has(write.name),
    );
    ordered.push({
      write: next,
      after: [
        ...needs.map(({ write, reader }) => ({ write, reader })),
        ...lower.map(({ write }) => ({ write: write.name, reader: null })),
      ],
    });
    placed.add(next.name);
    left.delete(next.name);
  }
  return { writes: ordered, problems };
}

/** The first that waits for none of the others; where all wait, the first. */
function firstReady(left: ReadonlyMap<string, WriteTarget>): WriteTarget | undefined {
  for (const write of left.values()) if (!write.needs.some((need) => left.has(need.write))) return write;
  const [first] = left.values();
  return first;
}

/** `Write1 waits for Write2 (Read3 reads what it writes) and Write4 (render_order)`; null if it waits for none. */
export function waitingText({ write, after }: OrderedWrite): string | null {
  if (after.length === 0) return null;
  const reasons = after.map(({ write: name, reader }) =>
    reader === null ? `${name} (render_order)` : `${name} (${reader} reads what it writes)`,
  );
  return `${write.name} waits for ${reasons.join(", ")}.`;
}

/** The Writes whose files a Write reads, and those they read in turn, without itself. */
export function readBy(script: ScriptFacts, name: string): WriteTarget[] {
  const byName = new Map(script.writes.map((write) => [write.name, write]));
  const found = new Set<WriteTarget>();
  const add = (write: WriteTarget | undefined): void => {
    for (const need of write?.needs ?? []) {
      const needed = byName.get(need.write);
      if (needed && needed.name !== name) found.add(needed);
    }
  };
  add(byName.get(name));
  // A set walks on over what is added on the way.
  for (const needed of found) add(needed);
  return [...found];
}

/**
 * The Writes that `write` reads and that must be rendered before `frames` of it: their frames are missing, older than the script, or
 * unknown. The same applies to what such a Write reads.
 */
export function neededWrites(write: WriteTarget, frames: readonly number[], facts: PlanFacts): WriteTarget[] {
  const byName = new Map(facts.script.writes.map((one) => [one.name, one]));
  const found = new Set<WriteTarget>();
  const add = ({ needs }: WriteTarget, asked: readonly number[]): void => {
    for (const need of needs) {
      const needed = byName.get(need.write);
      if (!needed || needed === write || found.has(needed)) continue;
      const lack = lackOf(needed, asked, facts);
      if (lack === null || lack.missing > 0 || lack.older > 0) found.add(needed);
    }
  };
  add(write, frames);
  // Each is rendered over its entire range. A set walks on over what is added on the way.
  for (const needed of found) add(needed, chooseRange(facts.script, needed, undefined).list.frames);
  return [...found];
}

/** Frames of other Writes that this Write reads and that are not on disk, or older than the script. */
export function checkNeeds(write: WriteTarget, frames: readonly number[], facts: PlanFacts): Problem[] {
  if (facts.script.needsKnown === false) {
    const message =
      "Too many Writes of this script depend on each other to work out the order. Render the Writes that others read first.";
    return [{ code: "reads-unknown", severity: "warning", message }];
  }
  const byName = new Map(facts.script.writes.map((one) => [one.name, one]));
  return write.needs.flatMap(({ write: name, reader }): Problem[] => {
    const needed = byName.get(name);
    const lack = needed ? lackOf(needed, frames, facts) : null;
    if (lack === null || (lack.missing === 0 && lack.older === 0)) return [];
    const reads = `${write.name} reads what ${name} writes (${reader})`;
    const where = facts.nuke?.demo === true ? "there as test pictures" : "on disk";
    const message =
      lack.missing > 0
        ? `${reads}, and ${lack.missing} of ${count(lack.all, "frame")} ${lack.missing === 1 ? "is" : "are"} not ${where}. Render ${name} first.`
        : `${reads}, and ${lack.older} of ${count(lack.all, "frame")} ${lack.older === 1 ? "is" : "are"} older than the script. If ${name} has changed, render it first.`;
    const severity = lack.missing > 0 ? "warning" : "info";
    return [{ code: "reads-unrendered", severity, message, fix: "render-needed" }];
  });
}

interface Lack {
  readonly all: number;
  readonly missing: number;
  readonly older: number;
}

/** Counts the frames that both have, else all frames of the needed Write. Null if they were not looked at or are unknown. */
function lackOf(needed: WriteTarget, frames: readonly number[], facts: PlanFacts): Lack | null {
  const files = facts.files?.[needed.name];
  if (files === undefined) return null;
  const own = chooseRange(facts.script, needed, undefined).list.frames;
  const wanted = new Set(frames);
  const shared = own.filter((frame) => wanted.has(frame));
  const asked = shared.length > 0 ? shared : own;
  const views = needed.viewToken ? needed.views : [null];
  const there = framesOnDisk(asked, files, views, false).size;
  const fresh = framesOnDisk(asked, files, views, true).size;
  return { all: asked.length, missing: asked.length - there, older: there - fresh };
}

function circle({ name }: WriteTarget, open: WriteTarget["needs"]): Problem {
  const others = [...new Set(open.map(({ write }) => write))].join(", ");
  const message = `${name} reads what ${others} writes, and the other way around. ${name} is rendered first, with the files on disk. Break the cycle in the script, or render one of them by itself.`;
  return { code: "reads-in-circle", severity: "warning", message };
}
