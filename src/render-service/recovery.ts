/** Comes back to a job whose service was killed: ends the Nukes it left, and finds out what they had done. */
import { mkdir, readFile, stat } from "node:fs/promises";
import { commandLine } from "../plan/command-line.ts";
import { formatFrames, parseFrames } from "../plan/frames.ts";
import type { RenderPlan } from "../plan/render-plan.ts";
import { errorCode } from "./errors.ts";
import { FrameLedger } from "./frame-ledger.ts";
import { chunkLog } from "./job-folders.ts";
import {
  type JobRecord,
  type NukeRecord,
  bootName,
  readNukes,
  roundFolder,
  writeRecord,
} from "./job-record.ts";
import { JOB_FOLDER_VARIABLE } from "./nuke-environment.ts";
import { NukeLog } from "./nuke-log.ts";
import { listProcesses, startOf } from "./process-list.ts";
import { ProcessTree } from "./process-tree.ts";

/**
 * Makes the next round of a job: its plan has only the frames that are not on disk. No Nuke of an earlier round is left when this
 * resolves, and the record of the new round is on disk. May be killed at any moment and done again.
 * @param graceMs how long those Nukes have to end by themselves.
 */
export async function recoverJob(folder: string, record: JobRecord, graceMs: number): Promise<JobRecord> {
  const last = roundFolder(folder, record.round);
  const nukes = await readNukes(last);
  await endNukes(folder, nukes, graceMs);
  const { plan } = record.job;
  const done = new Map((await stillThere(record.done)).map((entry) => [entry[0], entry[1]]));
  if (!plan.movie)
    for (const nuke of nukes)
      for (const [frame, files] of await readBack(last, plan, nuke)) done.set(frame, [...files]);
  const round = record.round + 1;
  await mkdir(roundFolder(folder, round), { recursive: true, mode: 0o700 });
  const next: JobRecord = {
    ...record,
    job: { ...record.job, plan: { ...plan, chunks: remaining(plan, done) } },
    boot: bootName(),
    round,
    done: [...done],
  };
  await writeRecord(folder, next);
  return next;
}

/** Those frames whose files are all there and not empty. */
export async function stillThere(done: JobRecord["done"]): Promise<JobRecord["done"]> {
  const kept: JobRecord["done"] = [];
  for (const [frame, files] of done) {
    const sizes = await Promise.all(
      files.map((file) =>
        stat(file).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    if (sizes.every((size) => size > 0)) kept.push([frame, files]);
  }
  return kept;
}

/** The plan's chunks without the frames that are done, numbered anew. */
function remaining(plan: RenderPlan, done: ReadonlyMap<number, unknown>): RenderPlan["chunks"] {
  const { steps } = parseFrames(plan.frames);
  return plan.chunks
    .map(({ frames }) => parseFrames(frames).frames.filter((frame) => !done.has(frame)))
    .filter((frames) => frames.length > 0)
    .map((frames, index) => ({
      index,
      frames: formatFrames(frames, steps),
      count: frames.length,
      argv: commandLine(plan.command, frames, steps),
    }));
}

/** Reads a Nuke's logs as if it were still running; its files decide, as ever. */
async function readBack(
  round: string,
  plan: RenderPlan,
  { chunk, frames, at }: NukeRecord,
): Promise<ReadonlyMap<number, readonly string[]>> {
  const ledger = new FrameLedger({ ...plan, frames: parseFrames(frames).frames, startedAt: at });
  for (const name of ["stderr", "stdout"] as const) {
    const log = new NukeLog(name, chunkLog(round, chunk, name));
    try {
      for await (const found of log.read(true))
        for (const said of found) {
          if (said.kind === "took") ledger.took(said.path, said.seconds);
          if (said.kind === "frame") await ledger.frame(said.frame);
        }
    } catch (error) {
      if (errorCode(error) !== "ENOENT") throw error;
    } finally {
      await log.close();
    }
  }
  return ledger.done;
}

/** Ends what earlier rounds left running: those that were noted, and on Linux those that nobody lived to note. */
async function endNukes(folder: string, nukes: readonly NukeRecord[], graceMs: number): Promise<void> {
  const roots = new Set<number>(await markedProcesses(folder));
  for (const { pid, started } of nukes) {
    const now = await startOf(pid);
    // Its leader may have ended before those it led; somebody else with its number is left alone.
    if (now === null || now === started) roots.add(pid);
  }
  await Promise.all([...roots].map((pid) => new ProcessTree(pid).end(graceMs)));
}

async function markedProcesses(folder: string): Promise<number[]> {
  if (process.platform !== "linux") return [];
  const mark = `${JOB_FOLDER_VARIABLE}=${folder}\0`;
  const found: number[] = [];
  for (const { pid } of (await listProcesses()).values()) {
    const environ = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (pid !== process.pid && `${environ}\0`.includes(mark)) found.push(pid);
  }
  return found;
}
