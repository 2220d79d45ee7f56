/** What is told when two renders would write the same files; every surface says the same. */
import * as z from "zod/mini";
import { rangesText } from "../text/display.ts";

export const BEING_RENDERED = "being-rendered";

const elsewhereSchema = z.object({
  /** Empty where its lock file cannot be read. */
  host: z.string(),
  user: z.string(),
  /** Milliseconds since 1970; null where it is not known. */
  since: z.nullable(z.number()),
  lockFile: z.string(),
});

/** A render that writes some of the same files and is not over. */
export const outputConflictSchema = z.object({
  job: z.string(),
  script: z.string(),
  write: z.string(),
  /** Those both write, in Nuke syntax. */
  frames: z.string(),
  /** How far it is, in words; empty if that is not known. */
  state: z.string(),
  /** Null: a job of this user's render service. */
  elsewhere: z.nullable(elsewhereSchema),
});
export type OutputConflict = z.infer<typeof outputConflictSchema>;

/** The jobs of this user's service among them. */
export function conflictingJobs(conflicts: readonly OutputConflict[]): string[] {
  return conflicts.filter(({ elsewhere }) => elsewhere === null).map(({ job }) => job);
}

/** Says which files are being rendered, and by whom. */
export function conflictText(write: string, conflicts: readonly OutputConflict[]): string {
  const told = conflicts.slice(0, MOST_TOLD).map((one) => oneConflict(write, one));
  const more = conflicts.length - told.length;
  return `${told.join(" ")}${more > 0 ? ` ${more} more renders also write them.` : ""}`;
}

/** What can be done about it in a terminal, a line each. */
export function conflictAdvice(
  conflicts: readonly OutputConflict[],
  { resumed = null }: { resumed?: string | null } = {},
): string[] {
  const jobs = conflictingJobs(conflicts);
  const [first] = jobs;
  if (resumed !== null)
    return [
      ...(first === undefined ? [] : [`nbr ps ${first} shows it; nbr cancel ${jobs.join(" ")} ends it.`]),
      `nbr resume ${resumed} --ignore ${BEING_RENDERED} resumes anyway.`,
    ];
  return [
    ...(first === undefined
      ? []
      : [
          `nbr ps ${first} shows it.`,
          `${jobs.map((job) => `--after ${job}`).join(" ")} renders when it is done.`,
          `nbr cancel ${jobs.join(" ")} cancels it first.`,
        ]),
    `--ignore ${BEING_RENDERED} renders anyway; then they overwrite each other's files.`,
  ];
}

const MOST_TOLD = 3;

function oneConflict(write: string, { job, frames, state, elsewhere, ...other }: OutputConflict): string {
  const what =
    frames === "" ? `The files of ${write}` : `Frames ${rangesText(frames.split(" "), 100)} of ${write}`;
  if (elsewhere === null) {
    const by = other.write === write ? "" : ` of ${other.write}`;
    return `${what} are already being rendered by ${job}${by} (${state}).`;
  }
  const { host, user, since, lockFile } = elsewhere;
  const who = host === "" ? "another machine or user" : user === "" ? host : `${user} on ${host}`;
  const when = since === null ? "" : `, since ${new Date(since).toLocaleString("sv-SE").slice(0, 16)}`;
  const name = job === "" ? "" : ` (${job})`;
  return `${what} are already being rendered by ${who}${name}${when}. The lock file is ${lockFile}.`;
}
