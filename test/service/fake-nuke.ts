/** A separate service for each test, and tiny programs in place of Nuke that do exactly what a test needs. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandLine } from "../../src/plan/command-line.ts";
import { formatFrames, parseFrames } from "../../src/plan/frames/frames.ts";
import type { RenderJob } from "../../src/plan/job/job.ts";
import type { RenderPlan } from "../../src/plan/render-plan.ts";
import type { RenderEvent } from "../../src/plan/job/events.ts";
import type { RenderServiceClient } from "../../src/render-service/client/client.ts";
import { type ConnectOptions, connectRenderService } from "../../src/render-service/client/connect.ts";
import { isPaused } from "../job-facts.ts";

export interface Place {
  readonly folder: string;
  readonly state: string;
  readonly frames: string;
  connect(options?: ConnectOptions): Promise<RenderServiceClient>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A folder with a state folder in it; disposing ends the service by force and removes all. */
export async function place(name = "nbr service", env: Record<string, string> = {}): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), `${name} ${process.pid}-`));
  const [state, frames] = [join(folder, "state"), join(folder, "frames")];
  await mkdir(frames, { recursive: true });
  const connect = (options: ConnectOptions = {}): Promise<RenderServiceClient> =>
    connectRenderService({
      stateFolder: state,
      ...options,
      env: {
        NUKE_RENDER_CANCEL_GRACE_SECONDS: "0.5",
        NUKE_RENDER_HANG_GRACE_SECONDS: "0.5",
        NUKE_RENDER_IDLE_SECONDS: "60",
        NUKE_RENDER_LICENSE_RETRY_SECONDS: "0.05",
        NUKE_RENDER_LICENSE_WAIT_SECONDS: "0.3",
        NUKE_RENDER_LICENSE_FULL_SECONDS: "0.5",
        ...env,
        ...options.env,
      },
    });
  return {
    folder,
    state,
    frames,
    connect,
    async [Symbol.asyncDispose]() {
      const client = await connect();
      await client.shutdown({ force: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Helpers every fake Nuke has: its frames, files and Nuke's lines (nuke-cli.md 2.4). */
const prelude = `
const fs = require("node:fs"), path = require("node:path");
const out = process.argv.at(-1);
const frames = process.argv.slice(1, -1).filter((word) => word !== "-F" && !word.endsWith(".nk")).flatMap((range) => {
  const [, first, last = first, step = 1] = /^(-?\\d+)(?:-(-?\\d+)(?:x(\\d+))?)?$/.exec(range);
  return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, index) => Number(first) + index * step);
});
const script = process.argv.find((word) => word.endsWith(".nk"));
const say = (text) => fs.writeSync(1, text), complain = (text) => fs.writeSync(2, text);
const file = (frame) => path.join(out, "f." + String(frame).padStart(4, "0") + ".exr");
const write = (frame) => { fs.writeFileSync(file(frame), "picture " + frame); say("Writing " + file(frame) + " took 0.01 seconds\\n"); };
const frameLine = (frame) => say("\\nFrame " + frame + " (" + (frames.indexOf(frame) + 1) + " of " + frames.length + ")\\n\\n");
const total = () => say("Total render time: 0.10 seconds\\n");
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
`;

/** Renders every frame at once. */
export const renderAll = "for (const f of frames) { write(f); frameLine(f); } total();";

export interface JobShape {
  readonly range: string;
  /** Ranges of the chunks; default: one chunk. */
  readonly chunks?: readonly string[];
  readonly parallel?: number;
  readonly movie?: boolean;
  readonly env?: Record<string, string>;
  readonly plan?: Partial<RenderPlan>;
}

/** A job whose Nukes run \`code\` (the body of an async function; see the prelude). */
export function fakeJob(
  { folder, frames }: Pick<Place, "folder" | "frames">,
  code: string,
  shape: JobShape,
): RenderJob {
  const all = parseFrames(shape.range);
  const body = `${prelude}(async () => {${code}})()`;
  const command = { before: [process.execPath, "-e", body, "--"], after: [frames] };
  const chunks = (shape.chunks ?? [shape.range]).map((range, index) => {
    const list = parseFrames(range).frames;
    return { index, frames: range, count: list.length, argv: commandLine(command, list, all.steps) };
  });
  const plan: RenderPlan = {
    script: join(folder, "shot.nk"),
    write: "Write1",
    frames: formatFrames(all.frames, all.steps),
    frameCount: all.frames.length,
    movie: shape.movie ?? false,
    filesPerFrame: 1,
    outputFile: null,
    cwd: folder,
    chunks,
    command,
    parallel: shape.parallel ?? 1,
    deal: "fixed",
    order: { by: "forward" },
    priority: 50,
    threads: 1,
    memory: {
      parallel: 1,
      cacheMB: 100,
      allowanceMB: 100,
      sumMB: 200,
      budgetMB: 1000,
      freeMB: 1000,
      fits: true,
    },
    continueOnError: false,
    retries: 2,
    nuke: { argv: [process.execPath], version: "15.1v5", demo: true },
    problems: [],
    ...shape.plan,
  };
  const env = Object.fromEntries(
    Object.entries({ ...process.env, ...shape.env }).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
  // Most tests are about something else; those that say where their frames are mind who writes them.
  return { plan, env, ...(plan.outputFile === null ? { ignore: ["being-rendered" as const] } : {}) };
}

export type EventOf<Type extends RenderEvent["type"]> = Extract<RenderEvent, { type: Type }>;

/** The events of one type, in order. */
export function eventsOf<Type extends RenderEvent["type"]>(
  events: readonly RenderEvent[],
  type: Type,
): EventOf<Type>[] {
  return events.filter((event): event is EventOf<Type> => event.type === type);
}

/** Resolves with the first event that fits. */
export function nextEvent(
  client: RenderServiceClient,
  fits: (event: RenderEvent) => boolean,
): Promise<RenderEvent> {
  return new Promise((resolve) => {
    const listener = client.onEvent((event) => {
      if (!fits(event)) return;
      listener.dispose();
      resolve(event);
    });
  });
}

/** Pauses a job; resolves when no Nuke of it is left. */
export async function pauseWhole(client: RenderServiceClient, job: string): Promise<void> {
  const still = nextEvent(
    client,
    (event) => event.type === "progress" && isPaused(event.status) && event.status.running === 0,
  );
  await client.pause({ job });
  await still;
}
