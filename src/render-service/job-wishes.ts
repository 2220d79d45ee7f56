/** What people have wished for a job since it was submitted; kept in its folder, so that the next service knows. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { commandLine } from "../plan/command-line.ts";
import { formatFrames, parseFrames } from "../plan/frames.ts";
import type { Chunk, RenderPlan } from "../plan/render-plan.ts";
import { parallelSchema, prioritySchema } from "../plan/request.ts";

const wishesSchema = z.object({
  priority: prioritySchema,
  /** Among jobs of one priority the lowest comes first; milliseconds since 1970 where nobody has moved it. */
  place: z.number(),
  /** Nukes at once. */
  parallel: parallelSchema,
  /** Frames of chunks that were cancelled, in Nuke syntax. */
  cancelled: z.array(z.string()),
});
export type Wishes = Readonly<z.infer<typeof wishesSchema>>;

export class JobWishes {
  readonly #file: string;
  #now: Wishes;

  /** Reads what is kept in the job's folder; what nobody has changed is as it was submitted. */
  constructor(folder: string, { priority, parallel }: RenderPlan, submittedAt: number) {
    this.#file = join(folder, "wishes.json");
    const asSubmitted = { priority, place: submittedAt, parallel: Math.max(1, parallel), cancelled: [] };
    this.#now = readWishes(this.#file) ?? asSubmitted;
  }

  get now(): Wishes {
    return this.#now;
  }

  /** Holds, and is on disk, when this returns. @throws errors of the file system */
  change(change: Partial<Wishes>): void {
    const next = { ...this.#now, ...change };
    writeFileSync(`${this.#file}.new`, JSON.stringify(next), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
    this.#now = next;
  }

  /** The chunks of a job that has come back without the frames that were cancelled, numbered anew. */
  wantedOf({ chunks, frames: all, command }: RenderPlan): Chunk[] {
    const { cancelled } = this.#now;
    if (cancelled.length === 0) return chunks;
    const unwanted = new Set(cancelled.flatMap((range) => parseFrames(range).frames));
    const { steps } = parseFrames(all);
    return chunks
      .map(({ frames }) => parseFrames(frames).frames.filter((frame) => !unwanted.has(frame)))
      .filter((frames) => frames.length > 0)
      .map((frames, index) => ({
        index,
        frames: formatFrames(frames, steps),
        count: frames.length,
        argv: commandLine(command, frames, steps),
      }));
  }
}

/** Null when nobody had any; what cannot be read was promised to nobody either. */
function readWishes(file: string): Wishes | null {
  try {
    return wishesSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return null;
  }
}
