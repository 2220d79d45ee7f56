/**
 * What is kept on disk of a job that is not over, so that a service which was killed comes back to it: what was asked, which Nukes were
 * started, and the frames that earlier services had done.
 */
import { appendFileSync, readFileSync } from "node:fs";
import { open, readFile, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { renderJobSchema } from "../plan/job.ts";
import { errorCode } from "./errors.ts";

const jobRecordSchema = z.object({
  version: z.literal(1),
  job: renderJobSchema,
  /** Milliseconds since 1970. */
  submittedAt: z.number(),
  /** Names the start of the machine it ran on; empty where the system does not tell. */
  boot: z.string(),
  /** How often a service has come back to it. */
  round: z.int(),
  /** Frames that were done in earlier rounds, with their files. */
  done: z.array(z.tuple([z.int(), z.array(z.string())])),
});
export type JobRecord = z.infer<typeof jobRecordSchema>;

const nukeRecordSchema = z.object({
  chunk: z.int(),
  frames: z.string(),
  pid: z.int(),
  /** As the process list tells it: pids are used again. */
  started: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
});
/** A Nuke that was started. */
export type NukeRecord = z.infer<typeof nukeRecordSchema>;

/** Logs of each round lie apart: chunks are numbered anew. */
export function roundFolder(folder: string, round: number): string {
  return round === 0 ? folder : join(folder, `again-${round}`);
}

/** The folder of a job's last round. */
export async function lastRoundFolder(folder: string): Promise<string> {
  const names = await readdir(folder).catch(() => []);
  const rounds = names.map((name) => Number(/^again-(\d+)$/u.exec(name)?.[1] ?? 0));
  return roundFolder(folder, Math.max(0, ...rounds));
}

/** Names this start of the machine (random(4)); empty where there is no such name. */
export function bootName(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}

/** Keeps a record; on disk when this resolves. */
export async function writeRecord(folder: string, record: JobRecord): Promise<void> {
  const file = recordFile(folder);
  const handle = await open(`${file}.new`, "w", 0o600);
  try {
    await handle.writeFile(JSON.stringify(record));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.new`, file);
}

/** The record of a job; null when there is none that can be read. */
export async function readRecord(folder: string): Promise<JobRecord | null> {
  const text = await readFile(recordFile(folder), "utf8").catch(() => "");
  const parsed = jobRecordSchema.safeParse(parseJson(text));
  return parsed.success ? parsed.data : null;
}

/** The job is over: its status tells the rest, and the environment it ran in is nobody's business any more. */
export async function removeRecord(folder: string): Promise<void> {
  await rm(recordFile(folder), { force: true });
}

/** Notes a Nuke, one line for each. */
export function noteNuke(round: string, nuke: NukeRecord): void {
  appendFileSync(nukesFile(round), `${JSON.stringify(nuke)}\n`, { mode: 0o600 });
}

/** The Nukes of a round; a line that was cut is left out. */
export async function readNukes(round: string): Promise<NukeRecord[]> {
  const text = await readFile(nukesFile(round), "utf8").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return "";
    throw error;
  });
  return text.split("\n").flatMap((line) => {
    const parsed = nukeRecordSchema.safeParse(parseJson(line));
    return parsed.success ? [parsed.data] : [];
  });
}

function recordFile(folder: string): string {
  return join(folder, "job.json");
}

function nukesFile(round: string): string {
  return join(round, "nukes.jsonl");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
