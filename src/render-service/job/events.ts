/** What people are told of one job by its parts. */
import type { RenderEvent } from "../../plan/job/events.ts";

type Severity = Extract<RenderEvent, { type: "message" }>["severity"];

export class JobEvents {
  readonly #job: string;
  readonly #emit: (event: RenderEvent) => void;

  constructor(job: string, emit: (event: RenderEvent) => void) {
    this.#job = job;
    this.#emit = emit;
  }

  /** @param chunk null: it is about the whole job. */
  say(chunk: number | null, severity: Severity, text: string): void {
    this.#emit({ type: "message", job: this.#job, chunk, severity, text });
  }

  /** A frame has failed for the last time. */
  frameFailed(chunk: number, frame: number, message: string): void {
    this.#emit({ type: "frame-failed", job: this.#job, chunk, frame, message });
  }
}
