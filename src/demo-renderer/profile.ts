/** How the stand-in behaves: a file named by NUKE_STANDIN_PROFILE; without one, the demo's behavior. See test/standin/README.md. */
import { readFileSync } from "node:fs";
import * as z from "zod";

const frames = z.array(z.int()).default([]);

const profileSchema = z.strictObject({
  /** Version in the banner; empty: the script's, else 15.1v5. */
  version: z.string().default(""),
  startupSeconds: z.number().min(0).default(0),
  /** The same for all frames; by frame number; or rising evenly over the script's range. */
  secondsPerFrame: z
    .union([
      z.number().min(0),
      z.record(z.string(), z.number()),
      z.strictObject({ from: z.number(), to: z.number() }),
    ])
    .default(0),
  /** Memory that is really allocated at the start, and while a frame renders, MB. */
  startupMB: z.number().min(0).default(0),
  memoryPerFrameMB: z.union([z.number().min(0), z.record(z.string(), z.number())]).default(0),
  failFrames: frames,
  /** A folder that counts failures across all processes: each of failFrames fails only this often. */
  failTimes: z.int().min(0).optional(),
  counterFolder: z.string().optional(),
  contExitCode: z.int().default(1),
  crashFrames: frames,
  crashSignal: z.enum(["SIGSEGV", "SIGKILL", "SIGABRT"]).default("SIGSEGV"),
  hang: z.enum(["startup", "frame", "end"]).optional(),
  hangFrame: z.int().optional(),
  ignoreTerm: z.boolean().default(false),
  /** Starts a child process that lives until it is terminated. */
  spawnChild: z.boolean().default(false),
  license: z.enum(["ok", "refuse", "report-then-render"]).default("ok"),
  /** `Frame …` and `Total render time` for each nuke.execute() too; whether Nuke prints them then is not known. */
  terminalFrameLines: z.boolean().default(false),
  partialLines: z.boolean().default(true),
  stderrNoise: z.boolean().default(false),
  noiseLines: z.int().min(0).default(0),
  mergeStderr: z.boolean().default(false),
  crlf: z.boolean().default(false),
  exitCode: z.int().optional(),
  /** Prints `took` without writing a file, or with an empty one. */
  hiddenFile: z.enum(["missing", "empty"]).optional(),
  /** Appends {argv, cwd, pid, start, end} as a line of JSON. */
  recordTo: z.string().optional(),
});
export type Profile = z.infer<typeof profileSchema>;

/** The demo's own profile: frames slow enough to watch. */
const demo = { secondsPerFrame: 0.25, startupSeconds: 0.4 };

/** @throws if the profile is not JSON or has an unknown name: a test with a typo in it must not pass. */
export function readProfile(env: NodeJS.ProcessEnv): Profile {
  const file = env.NUKE_STANDIN_PROFILE;
  return profileSchema.parse(
    file === undefined || file === "" ? demo : JSON.parse(readFileSync(file, "utf8")),
  );
}

/** Seconds a frame takes; `position` is its position in the script's range, 0 to 1. */
export function secondsOf(profile: Profile, frame: number, position: number): number {
  const { secondsPerFrame: seconds } = profile;
  if (typeof seconds === "number") return seconds;
  const { from, to } = seconds;
  if (from !== undefined && to !== undefined) return from + (to - from) * position;
  return Object.entries(seconds).find(([key]) => key === String(frame))?.[1] ?? 0;
}

export function memoryOf(profile: Profile, frame: number): number {
  const { memoryPerFrameMB: memory } = profile;
  return typeof memory === "number" ? memory : (memory[String(frame)] ?? 0);
}
