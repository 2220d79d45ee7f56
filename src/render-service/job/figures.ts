/** When a job began, the most memory it took, and where its frames lie. */
import { dirname } from "node:path";
import type { ChunkRunner } from "../chunk/chunk-runner.ts";
import type { ChunkView } from "../chunk/chunk-view.ts";
import type { ProcessList } from "../process/process-list.ts";
import type { ReplayedJob } from "../storage/replay.ts";

export class JobFigures {
  #startedAt: number | null = null;
  #peakMB = 0;
  #folder: string | null = null;

  /** Milliseconds since 1970; null before the first Nuke. */
  get startedAt(): number | null {
    return this.#startedAt;
  }

  /** Highest sum over its Nukes, MB. */
  get peakMB(): number {
    return this.#peakMB;
  }

  /** Where its first frame lies. */
  get folder(): string | null {
    return this.#folder;
  }

  /** @param runs those of an earlier service. */
  restore({ runs: before }: ReplayedJob, runs: readonly ChunkView[]): void {
    for (const { done } of before.values()) for (const files of done.values()) this.wrote(files);
    const starts = [...before.values()].map(({ at }) => at);
    this.#startedAt = starts.length > 0 ? Math.min(...starts) : null;
    this.#peakMB = Math.max(0, ...runs.map(({ memory }) => memory.peakMB));
  }

  /** A Nuke is started. */
  begin(): void {
    this.#startedAt ??= Date.now();
  }

  /** A frame is on disk. */
  wrote([file]: readonly string[]): void {
    if (file !== undefined) this.#folder ??= dirname(file);
  }

  /** Takes a memory sample of its Nukes. */
  sample(running: readonly ChunkRunner[], list: ProcessList): void {
    const sum = running.reduce((total, run) => total + run.sample(list), 0);
    // A single Nuke's own highest mark may be above every sample of the sum.
    this.#peakMB = Math.max(this.#peakMB, sum, ...running.map(({ memory }) => memory.peakMB));
  }
}
