/** What people are told of one Nuke. */
import type { RenderEvent } from "../../plan/job/events.ts";

type Severity = Extract<RenderEvent, { type: "message" }>["severity"];

/** More messages than this of one Nuke are left to its log. */
const MOST_MESSAGES = 50;

/** Nuke repeats itself, and --cont repeats every frame: each text is said once, and not too many of them. */
export class ChunkMessages {
  readonly #job: string;
  readonly #chunk: number;
  readonly #emit: (event: RenderEvent) => void;
  readonly #said = new Set<string>();
  /** What is read was said before this service ran: people have been told. */
  isCatchingUp = false;

  constructor(job: string, chunk: number, emit: (event: RenderEvent) => void) {
    this.#job = job;
    this.#chunk = chunk;
    this.#emit = emit;
  }

  say(severity: Severity, text: string): void {
    if (this.isCatchingUp || this.#said.has(text) || this.#said.size > MOST_MESSAGES) return;
    this.#said.add(text);
    const full = this.#said.size > MOST_MESSAGES;
    this.#emit({
      type: "message",
      job: this.#job,
      chunk: this.#chunk,
      severity,
      text: full ? "More messages of this Nuke are in its output." : text,
    });
  }
}
