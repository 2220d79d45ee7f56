/** What lock files that were found mean for a job. Their text is input from outside. */
import { formatFrames, framesOf } from "../../plan/frames/frames.ts";
import { type OutputClaim, sharedFrames } from "../../plan/output/output-claims.ts";
import type { OutputConflict } from "../../plan/output/output-conflict.ts";
import type { OutputProbe, RenderOutput } from "../frames/output-paths.ts";
import type { LockOwner } from "../storage/output-lock.ts";
import type { FoundLock, LockedOutput } from "../storage/output-lock-record.ts";

/** A job whose output is to be locked. */
export interface JobToLock {
  readonly id: string;
  readonly script: string;
  readonly write: string;
  readonly output: RenderOutput;
}

/** What of a job's files a lock that was found says others write. */
export function conflictsIn(
  { record }: FoundLock,
  { job, place, owner, file }: { job: JobToLock; place: OutputProbe; owner: LockOwner; file: string },
): OutputConflict[] {
  const outputs: readonly LockedOutput[] =
    record === null || record.outputs.length === 0
      ? [{ job: record?.job ?? "", script: "", write: "", name: null, frames: null }]
      : record.outputs;
  const mine: OutputClaim = { ...job.output.claim, names: [place.name.toLowerCase()] };
  // Seen by another way: the same disk is mounted twice.
  const own = record !== null && record.host === owner.host && record.pid === owner.pid;
  return outputs.flatMap((theirs): OutputConflict[] => {
    const shared = sharedFrames(mine, claimOf(theirs, place));
    if (shared.length === 0 || (own && theirs.job === job.id)) return [];
    const elsewhere = {
      host: record?.host ?? "",
      user: record?.user ?? "",
      since: record?.started ?? null,
      lockFile: file,
    };
    const { job: id, script, write } = theirs;
    const frames = formatFrames(shared);
    return [{ job: id, script, write, frames, state: "", elsewhere: own ? null : elsewhere }];
  });
}

/** What a lock says of a job's frames; null stands for all, of files whose numbers are not known. */
export function framesText({ files, frames }: OutputClaim): string | null {
  return files === "each" ? formatFrames(frames) : null;
}

function claimOf({ name, frames }: LockedOutput, place: OutputProbe): OutputClaim {
  const known = frames === null ? null : framesWithin(frames);
  return {
    names: [(name ?? place.name).toLowerCase()],
    frames: known ?? [],
    files: known === null || name === null ? "one" : "each",
    owner: "",
  };
}

/** Frames that a lock file may name all together; what asks for more is taken for all. */
const MOST_NAMED = 2_000_000;

/** Null where a text from outside is no list of frames, or one that takes too long to read. */
function framesWithin(text: string): readonly number[] | null {
  let named = 0;
  for (const token of text.split(" ")) {
    const [whole, first, last = first, step = 1] =
      /^(-?\d{1,9})(?:-(-?\d{1,9})(?:x(\d{1,9}))?)?$/u.exec(token) ?? [];
    if (whole === undefined || Number(step) === 0) return null;
    named += Math.abs(Number(last) - Number(first)) / Number(step) + 1;
    if (named > MOST_NAMED) return null;
  }
  try {
    return framesOf(text);
  } catch {
    return null;
  }
}
