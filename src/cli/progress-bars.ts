import { runningText } from "../plan/text/display.ts";
import type { ChunkStatus, JobStatus } from "../plan/job/events.ts";
import { displayMB } from "../plan/text/size.ts";
import type { Terminal } from "./terminal.ts";

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** `━━━` as a bar of exactly `width` cells, filled to `fraction` (0 to 1) in eighths of a cell. */
export function bar(fraction: number, width: number): string {
  const filled = Math.min(1, Math.max(0, fraction)) * width;
  const whole = Math.floor(filled);
  const part = whole < width ? (eighths[Math.floor((filled - whole) * 8)] ?? "") : "";
  return `${"█".repeat(whole)}${part}`.padEnd(width, "░");
}

/** Live bars on a screen, one line for each job and one for each chunk at work; on a pipe, a line whenever a tenth is done. */
export class ProgressBars {
  readonly #terminal: Terminal;
  readonly #most: number;
  #drawn = 0;
  readonly #shown = new Map<string, JobStatus>();
  readonly #lastTenths = new Map<string, number>();

  constructor(terminal: Terminal, mostChunks = 12) {
    this.#terminal = terminal;
    this.#most = mostChunks;
  }

  show(status: JobStatus): void {
    if (!this.#terminal.live) {
      const tenth = Math.floor(status.progress * 10);
      if (tenth === this.#lastTenths.get(status.job)) return;
      this.#lastTenths.set(status.job, tenth);
      this.#terminal.err(headline(status));
      return;
    }
    this.#shown.set(status.job, status);
    const lines = [...this.#shown.values()].flatMap((one) => [
      headline(one),
      ...(one.waitsFor.length > 0 ? [] : this.#chunkLines(one)),
    ]);
    this.#terminal.redraw(this.#drawn, lines);
    this.#drawn = lines.length;
  }

  /** The job has ended. */
  forget(job: string): void {
    this.#shown.delete(job);
  }

  /** Takes the bars off the screen, so that other lines can be printed. */
  clear(): void {
    if (this.#drawn > 0) this.#terminal.redraw(this.#drawn, []);
    this.#drawn = 0;
  }

  #chunkLines(status: JobStatus): string[] {
    const chunks = status.chunks.filter(({ count }) => count > 0);
    const running = chunks.filter((chunk) => chunk.state === "running");
    const shown = chunks.length <= this.#most ? chunks : running.slice(0, this.#most);
    const widest = Math.max(0, ...shown.map((chunk) => chunk.frames.length));
    return shown.map((chunk) => chunkLine(chunk, Math.min(widest, 30), status.chunks.length));
  }
}

function headline(status: JobStatus): string {
  return `${status.write}  ${bar(status.progress, 30)} ${runningText(status)}`;
}

function chunkLine(chunk: ChunkStatus, width: number, of: number): string {
  const number = String(chunk.index + 1).padStart(String(of).length);
  const fraction = chunk.count === 0 ? 1 : (chunk.framesDone + chunk.frameProgress) / chunk.count;
  const state = chunk.state === "waiting" ? "waiting" : (chunk.verdict ?? "");
  const memory = chunk.peakMB > 0 ? displayMB(chunk.peakMB) : "";
  return `  ${number}  ${chunk.frames.slice(0, width).padEnd(width)}  ${bar(fraction, 20)} ${chunk.framesDone}/${chunk.count}  ${memory} ${state}`.trimEnd();
}
