/** Writes down what the Nukes of a job do, before people are told. */
import { messageOf } from "../../plan/text/message-of.ts";
import type { EventOf, RenderEvent } from "../../plan/job/events.ts";
import { ChunkRunner } from "../chunk/chunk-runner.ts";
import { UNKNOWN_START, startOf } from "../process/process-list.ts";
import { heavier } from "../storage/replay.ts";
import type { Chunks } from "./chunks.ts";
import type { JobEstimates } from "./estimates.ts";
import type { JobEvents } from "./events.ts";
import type { JobFigures } from "./figures.ts";
import type { Preconditions } from "./preconditions.ts";
import type { JobContext } from "./types.ts";

export interface RecorderDeps {
  readonly context: JobContext;
  readonly list: Chunks;
  readonly estimates: JobEstimates;
  readonly events: JobEvents;
  readonly figures: JobFigures;
  readonly preconditions: Preconditions;
}

export class Recorder {
  readonly #deps: RecorderDeps;

  constructor(deps: RecorderDeps) {
    this.#deps = deps;
  }

  /** A Nuke of the job has told something. */
  take(event: RenderEvent): void {
    if (event.type === "chunk-started") this.#started(event);
    if (event.type === "frame-done") this.#frameDone(event);
    this.#deps.context.emit(event);
  }

  /** At once, for there may be no later, and with its start, by which it is known for certain, when the system tells. */
  #started({ chunk, pid }: EventOf<"chunk-started">): void {
    const { context, events } = this.#deps;
    const { journal } = context;
    journal.append({ is: "started", chunk, pid, started: "" });
    startOf(pid)
      .then((started) => journal.append({ is: "started", chunk, pid, started: started ?? UNKNOWN_START }))
      .catch((error: unknown) =>
        events.say(chunk, "warning", `This Nuke was not noted: ${messageOf(error)}.`),
      );
  }

  #frameDone({ chunk, frame, files, peakMB }: EventOf<"frame-done">): void {
    const { context, list, estimates, figures, preconditions } = this.#deps;
    estimates.heaviest = heavier(estimates.heaviest, { frame, peakMB });
    const run = list.run(chunk);
    const read: [number, number] = run instanceof ChunkRunner ? run.read : [0, 0];
    context.journal.append({ is: "done", chunk, frame, files, peakMB, read });
    figures.wrote(files);
    if (preconditions.wrote(files, run?.startedAt ?? 0)) context.licensed();
  }
}
