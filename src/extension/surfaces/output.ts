import { outcomeOf } from "../../plan/job/job-state.ts";
import { type Disposable, type OutputChannel, window } from "vscode";
import {
  count,
  duration,
  folderText,
  framesText,
  heaviestText,
  outcomeIcon,
  rangesText,
} from "../../plan/text/display.ts";
import type { ChunkStatus, JobStatus, RenderEvent } from "../../plan/job/events.ts";
import { displayMB } from "../../plan/text/size.ts";
import { displayCommand } from "../../plan/command-line.ts";
import { visibleLines, visibleText } from "../../plan/text/visible-text.ts";
import type { Renders } from "../render/renders.ts";

/** The channel "Nuke Render": every Nuke's lines with its chunk in front, and a summary of each render. */
export class RenderOutput implements Disposable {
  readonly #channel: OutputChannel;
  readonly #listener: Disposable;
  readonly #renders: Renders;

  constructor(renders: Renders) {
    this.#renders = renders;
    this.#channel = window.createOutputChannel("Nuke Render", "nuke-render-log");
    this.#listener = renders.onEvent((event) => this.#print(event));
  }

  show(): void {
    this.#channel.show(true);
  }

  line(text: string): void {
    this.#channel.appendLine(visibleLines(text));
  }

  dispose(): void {
    this.#listener.dispose();
    this.#channel.dispose();
  }

  #print(event: RenderEvent): void {
    switch (event.type) {
      case "queued": {
        const { write, script, frameCount, frames, demo } = event.status;
        const what = `${demo ? "demo, " : ""}${framesText(frameCount, event.status)}`;
        this.line(`── ${write} of ${script}: ${what} (${frames}), job ${event.job}`);
        return;
      }
      case "chunk-started":
        this.line(`${this.#prefix(event)} ${displayCommand(event.argv)}  (process ${event.pid})`);
        return;
      case "lines": {
        const prefix = this.#prefix(event);
        // One call for many lines: a Nuke that floods its output must not flood the editor.
        this.line(event.lines.map((line) => visibleText(`${prefix} ${line}`)).join("\n"));
        return;
      }
      case "frame-failed":
        this.line(`${this.#prefix(event)} ✗ frame ${event.frame ?? "?"}: ${event.message}`);
        return;
      case "message":
        this.line(`${this.#prefix(event)} ${event.severity}: ${event.text}`);
        return;
      case "chunk-finished":
        this.line(
          `${this.#prefix({ job: event.job, chunk: event.status.index })} ${chunkEnding(event.status)}`,
        );
        return;
      case "finished":
        this.#summary(event);
        return;
      case "frame-done":
      case "progress":
    }
  }

  #summary({ job, status, framesDone, framesMissing }: Extract<RenderEvent, { type: "finished" }>): void {
    const icon = outcomeIcon(status);
    const outcome = outcomeOf(status.state);
    const word =
      outcome === "complete"
        ? "finished"
        : outcome === "cancelled"
          ? "cancelled"
          : "ended with frames missing";
    this.line(
      `── ${icon} ${status.write}${status.demo ? " (demo)" : ""} ${word} after ${duration(status.seconds)}, job ${job}`,
    );
    this.line(`   done:    ${rangesText(framesDone)} (${status.framesDone} of ${status.frameCount})`);
    if (framesMissing.length > 0) this.line(`   missing: ${rangesText(framesMissing)}`);
    if (outcome === "no-license")
      this.line("   Nuke got no license. Check the license server, or render when one is free.");
    if (status.peakMB > 0) this.line(`   peak memory of all Nukes: ${displayMB(status.peakMB)}`);
    if (status.heaviest !== null) this.line(`   ${heaviestText(status.heaviest)}`);
    if (status.folder !== null) this.line(`   ${folderText(status, status.folder)}`);
  }

  /** `[Write1 2/4]`: the Write and the chunk. */
  #prefix({ job, chunk }: { job: string; chunk: number | null }): string {
    const status = this.#renders.get(job);
    const name = status?.write ?? job;
    return chunk === null ? `[${name}]` : `[${name} ${chunk + 1}/${lastNumber(status) ?? "?"}]`;
  }
}

/** Redistributed chunks may have left gaps in the numbers. */
function lastNumber(status: JobStatus | undefined): number | undefined {
  const last = status?.chunks.at(-1);
  return last && last.index + 1;
}

function chunkEnding(chunk: ChunkStatus): string {
  const icon = chunk.verdict === "done" ? "✓" : "✗";
  const memory = chunk.peakMB > 0 ? `, peak ${displayMB(chunk.peakMB)}` : "";
  const reason = chunk.reason === null ? "" : `: ${chunk.reason}`;
  return `${icon} ${chunk.framesDone}/${count(chunk.count, "frame")} in ${duration(chunk.seconds)}${memory}${reason}`;
}
