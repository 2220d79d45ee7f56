/** Batches events for one client: at most ten batches per second, regardless of the load. */
import type { RenderEvent } from "../../plan/job/events.ts";

type Lines = Extract<RenderEvent, { type: "lines" }>;

/** Between two batches, ms. */
export const BATCH_MS = 100;
/** Lines of one stream in a batch, and their characters: no one reads more in a tenth of a second, and the log has them all. */
const MOST_LINES = 1000;
const MOST_CHARACTERS = 256 * 1024;

/** What of one stream is kept for the next batch. */
interface Stream {
  readonly held: Lines[];
  lines: number;
  characters: number;
  leftOut: number;
}

/**
 * Puts events together, pure: order is kept, of each job only the newest progress, of each stream only the newest lines. Nothing else is ever
 * left out.
 */
export class EventBatch {
  #events = new Set<RenderEvent>();
  readonly #progress = new Map<string, RenderEvent>();
  readonly #streams = new Map<string, Stream>();

  get isEmpty(): boolean {
    return this.#events.size === 0;
  }

  add(event: RenderEvent): void {
    if (event.type === "lines") return this.#addLines(event);
    if (event.type === "progress" || event.type === "finished") {
      const before = this.#progress.get(event.job);
      if (before) this.#events.delete(before);
      if (event.type === "progress") this.#progress.set(event.job, event);
    }
    this.#events.add(event);
  }

  /**
   * Takes the batch.
   * @param slow the client has not read the last ones yet: progress waits on, and of lines only their number is kept.
   */
  take(slow = false): RenderEvent[] {
    const taken: RenderEvent[] = [];
    const kept = new Set<RenderEvent>();
    for (const event of this.#events)
      if (event.type === "lines") {
        const stream = this.#stream(event);
        if (slow) stream.leftOut += event.lines.length;
        else taken.push(withLeftOut(event, stream));
      } else if (slow && event.type === "progress") kept.add(event);
      else taken.push(event);
    this.#events = kept;
    if (!slow) this.#progress.clear();
    for (const [key, stream] of this.#streams)
      if (stream.leftOut === 0) this.#streams.delete(key);
      else this.#streams.set(key, { held: [], lines: 0, characters: 0, leftOut: stream.leftOut });
    return taken;
  }

  #addLines(event: Lines): void {
    const stream = this.#stream(event);
    this.#events.add(event);
    stream.held.push(event);
    stream.lines += event.lines.length;
    stream.characters += charactersOf(event.lines);
    while (stream.held.length > 1 && tooMany(stream)) this.#leaveOut(stream, stream.held[0], Infinity);
    if (tooMany(stream)) this.#leaveOut(stream, stream.held[0], surplus(event.lines));
  }

  /** Drops the first lines of the oldest event held; all of them: drops the event. */
  #leaveOut(stream: Stream, oldest: Lines | undefined, count: number): void {
    if (!oldest) return;
    const dropped = oldest.lines.slice(0, count);
    stream.leftOut += dropped.length;
    stream.lines -= dropped.length;
    stream.characters -= charactersOf(dropped);
    stream.held.shift();
    const rest = { ...oldest, lines: oldest.lines.slice(count) };
    this.#events.delete(oldest);
    if (rest.lines.length === 0) return;
    // It is the newest one of its stream, or this would not be asked of it.
    stream.held.unshift(rest);
    this.#events.add(rest);
  }

  #stream({ job, chunk, stream }: Lines): Stream {
    const key = `${job} ${chunk} ${stream}`;
    const known = this.#streams.get(key) ?? { held: [], lines: 0, characters: 0, leftOut: 0 };
    this.#streams.set(key, known);
    return known;
  }
}

function tooMany({ lines, characters }: Stream): boolean {
  return lines > MOST_LINES || characters > MOST_CHARACTERS;
}

function charactersOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length, 0);
}

/** How many of the first lines are too many; never all of them. */
function surplus(lines: readonly string[]): number {
  let characters = 0;
  let kept = 0;
  while (kept < Math.min(lines.length, MOST_LINES)) {
    characters += lines[lines.length - 1 - kept]?.length ?? 0;
    if (characters > MOST_CHARACTERS && kept > 0) break;
    kept++;
  }
  return lines.length - kept;
}

function withLeftOut(event: Lines, stream: Stream): Lines {
  if (stream.leftOut === 0) return event;
  const notice = `… ${stream.leftOut} lines skipped here; the log has them.`;
  stream.leftOut = 0;
  return { ...event, lines: [notice, ...event.lines] };
}

export class EventBatcher {
  readonly #batch = new EventBatch();
  readonly #isSlow: () => boolean;
  readonly #send: (events: RenderEvent[]) => void;
  #timer: NodeJS.Timeout | null = null;
  /** Milliseconds on the monotonic clock. */
  #sentAt = -BATCH_MS;
  #closed = false;

  /** @param isSlow whether the client has much to read yet. */
  constructor(isSlow: () => boolean, send: (events: RenderEvent[]) => void) {
    this.#isSlow = isSlow;
    this.#send = send;
  }

  add(event: RenderEvent): void {
    if (this.#closed) return;
    this.#batch.add(event);
    this.#schedule();
  }

  /** Sends what there is at once: it happened before an answer that is about to be given. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#closed || this.#batch.isEmpty) return;
    const events = this.#batch.take(this.#isSlow());
    this.#sentAt = performance.now();
    if (events.length > 0) this.#send(events);
    // What a slow client does not get now it gets when it has read.
    if (!this.#batch.isEmpty) this.#schedule();
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => this.flush(), Math.max(0, this.#sentAt + BATCH_MS - performance.now()));
  }
}
