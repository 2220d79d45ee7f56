/**
 * Which chunk starts next, under a cap for the whole machine: those of the job with the highest priority, among equals first come, first served. What runs
 * is never ended for what waits. Pure.
 */
import { DEFAULT_PRIORITY } from "../../plan/request.ts";

export interface QueueJob {
  readonly id: string;
  /** Nukes of this job at once. */
  readonly parallel: number;
  /** 0 to 100; higher ones first. */
  readonly priority?: number;
  /** Among jobs of one priority the lowest comes first; absent: behind those that are there. */
  readonly place?: number;
  /** Chunks to do, in order. */
  readonly chunks: readonly number[];
}

/** A range that has come back. */
export interface RequeuedChunk {
  readonly chunk: number;
  /** Before those that wait; else after them. */
  readonly first: boolean;
  /** Exclusive: it starts only when nothing else runs, and nothing else starts while it runs. */
  readonly exclusive: boolean;
}

interface Entry {
  readonly id: string;
  parallel: number;
  priority: number;
  place: number;
  readonly waiting: number[];
  readonly running: Set<number>;
  /** Chunks of this job that need the machine for themselves. */
  readonly exclusive: Set<number>;
  /** Temporary limit of its parallel Nukes, regardless of the requested number. */
  limit: number;
}

export class RenderQueue {
  /** The next one first. */
  readonly #entries: Entry[] = [];
  readonly #cores: number;
  readonly #mayStart: (job: string) => boolean;
  /** Nukes of all jobs at once; null: the cores, or what the first job may have where that is more. */
  maxParallel: number | null = null;

  /** @param mayStart whether the state of a job lets more of its chunks start. */
  constructor(cores: number, mayStart: (job: string) => boolean = () => true) {
    this.#cores = cores;
    this.#mayStart = mayStart;
  }

  add({ id, parallel, chunks, priority = DEFAULT_PRIORITY, place }: QueueJob): void {
    this.#entries.push({
      id,
      parallel: Math.max(1, parallel),
      priority,
      place: place ?? Math.max(0, ...this.#entries.map((entry) => entry.place)) + 1,
      waiting: [...chunks],
      running: new Set(),
      exclusive: new Set(),
      limit: Infinity,
    });
    this.#sort();
  }

  /** Moves a job among the others; among those of one priority it keeps its place. */
  setPriority(job: string, priority: number): void {
    const entry = this.#entry(job);
    if (!entry) return;
    entry.priority = priority;
    this.#sort();
  }

  /** Puts a job before all others; returns its new place. Null: unknown job. */
  putFirst(job: string): { priority: number; place: number } | null {
    const entry = this.#entry(job);
    const [first] = this.#entries;
    if (!entry || !first) return null;
    if (first !== entry) {
      entry.priority = first.priority;
      entry.place = first.place - 1;
      this.#sort();
    }
    return { priority: entry.priority, place: entry.place };
  }

  /** Nukes of a job at once from now on; those at work beyond that continue until their chunks have ended. */
  setParallel(job: string, parallel: number): void {
    const entry = this.#entry(job);
    if (entry) entry.parallel = Math.max(1, parallel);
  }

  /** A chunk runs without having been taken from the queue: its Nuke was started earlier. */
  took(job: string, chunk: number): void {
    this.#entry(job)?.running.add(chunk);
  }

  /** Takes in ranges of a job that is not over; call it before `ended` for the chunk that left them. */
  giveBack(job: string, returns: readonly RequeuedChunk[]): void {
    const entry = this.#entry(job);
    if (!entry) return;
    for (const { chunk, exclusive } of returns) if (exclusive) entry.exclusive.add(chunk);
    entry.waiting.unshift(...returns.filter(({ first }) => first).map(({ chunk }) => chunk));
    entry.waiting.push(...returns.filter(({ first }) => !first).map(({ chunk }) => chunk));
  }

  /** Puts a chunk that was taken and not started back to the front. */
  putBack(job: string, chunk: number): void {
    const entry = this.#entry(job);
    if (!entry?.running.delete(chunk)) return;
    entry.waiting.unshift(chunk);
  }

  /** Chunks of a job that wait, in order. */
  waitingOf(job: string): readonly number[] {
    return this.#entry(job)?.waiting ?? [];
  }

  /** Takes waiting chunks of a job away and puts others where the first of them was. */
  replace(job: string, gone: ReadonlySet<number>, fresh: readonly number[]): void {
    const entry = this.#entry(job);
    if (!entry) return;
    const at = entry.waiting.findIndex((chunk) => gone.has(chunk));
    const before = entry.waiting.slice(0, Math.max(0, at));
    const behind = entry.waiting.slice(before.length).filter((chunk) => !gone.has(chunk));
    entry.waiting.splice(0, Infinity, ...before, ...fresh, ...behind);
    this.#clean();
  }

  get running(): number {
    return this.#entries.reduce((sum, { running }) => sum + running.size, 0);
  }

  /** Who asked first for more Nukes than there are cores gets them; others wait for a free core. */
  get cap(): number {
    return this.maxParallel ?? Math.max(this.#cores, this.#entries[0]?.parallel ?? 0);
  }

  /**
   * Takes the chunk that is to start now; null when none may.
   * @param admits whether memory allows one more Nuke of a job.
   */
  take(admits: (job: string) => boolean = () => true): { job: string; chunk: number } | null {
    if (this.running >= this.cap || this.#someoneExclusive) return null;
    for (const { id, parallel, waiting, running, exclusive, limit } of this.#entries) {
      const [next] = waiting;
      if (next === undefined || running.size >= Math.min(parallel, limit) || !this.#mayStart(id)) continue;
      if (exclusive.has(next) ? this.running > 0 : !admits(id)) {
        // Later jobs may use what is too little for this one, but never keep it from its first Nuke.
        if (running.size === 0) return null;
        continue;
      }
      waiting.shift();
      running.add(next);
      return { job: id, chunk: next };
    }
    return null;
  }

  /** Temporarily at most this many parallel Nukes of a job, regardless of the requested number. */
  setLimit(job: string, limit: number): void {
    const entry = this.#entry(job);
    if (entry) entry.limit = Math.max(1, limit);
  }

  /** Nukes of a job at work. */
  runningOf(job: string): number {
    return this.#entry(job)?.running.size ?? 0;
  }

  #entry(job: string): Entry | undefined {
    return this.#entries.find(({ id }) => id === job);
  }

  get #someoneExclusive(): boolean {
    return this.#entries.some(({ running, exclusive }) => [...running].some((chunk) => exclusive.has(chunk)));
  }

  /** A chunk that was taken has ended. */
  ended(job: string, chunk: number): void {
    const entry = this.#entry(job);
    entry?.running.delete(chunk);
    this.#clean();
  }

  /** Takes back the chunks that wait. */
  drop(job: string): void {
    const entry = this.#entry(job);
    entry?.waiting.splice(0);
    this.#clean();
  }

  /** Whether a chunk needs the machine for itself. */
  isExclusive(job: string, chunk: number): boolean {
    return this.#entry(job)?.exclusive.has(chunk) ?? false;
  }

  /** More Nukes of a job run than are now allowed. */
  hasTooMany(job: string): boolean {
    const entry = this.#entry(job);
    return entry !== undefined && entry.running.size > entry.parallel;
  }

  /** One more Nuke of a job could be started, and nothing of it waits for one. */
  hasRoom(job: string): boolean {
    const entry = this.#entry(job);
    if (!entry || entry.waiting.length > 0 || !this.#mayStart(job)) return false;
    return entry.running.size < Math.min(entry.parallel, entry.limit);
  }

  /** Nothing of this job waits or runs. */
  isOver(job: string): boolean {
    return !this.#entries.some(({ id }) => id === job);
  }

  #sort(): void {
    this.#entries.sort((a, b) => b.priority - a.priority || a.place - b.place);
  }

  #clean(): void {
    for (let index = this.#entries.length - 1; index >= 0; index--) {
      const entry = this.#entries[index];
      if (entry && entry.waiting.length === 0 && entry.running.size === 0) this.#entries.splice(index, 1);
    }
  }
}
