/** What earlier renders of a Write needed, so that the next one starts with the right number of Nukes at once. */
import { messageOf } from "../../plan/text/message-of.ts";
import * as z from "zod/mini";
import type { RenderJob } from "../../plan/job/job.ts";

/** Whose needs they are. The stand-in's say nothing of Nuke's. */
export interface HistoryKey {
  readonly script: string;
  readonly write: string;
  readonly demo: boolean;
}

/** The key of a job's Write; the script the artist knows, where it is rendered from a copy. */
export function historyKeyOf({ plan, source }: RenderJob): HistoryKey {
  return { script: source ?? plan.script, write: plan.write, demo: plan.nuke?.demo ?? false };
}

const pastSchema = z.object({
  /** Highest memory of one Nuke, MB. */
  peakMB: z.number(),
  /** Image cache those Nukes were given (`-c`), MB. */
  cacheMB: z.number(),
  /** Seconds from the start of a Nuke to its first frame; null where no Nuke rendered two frames. */
  startupSeconds: z.nullable(z.number()),
  /** Seconds a frame takes on average; null where none was timed. */
  secondsPerFrame: z.nullable(z.number()),
});
/** What a Write needed. */
export type PastNeed = z.infer<typeof pastSchema>;

const entrySchema = z.extend(pastSchema, {
  script: z.string(),
  write: z.string(),
  demo: z.boolean(),
});
type Entry = z.infer<typeof entrySchema>;

export const historySchema = z.object({ version: z.literal(1), renders: z.array(entrySchema) });

/** Where the history is kept. */
export interface HistoryStore {
  /** Null: nothing that can be used. */
  read(): z.infer<typeof historySchema> | null;
  write(history: z.infer<typeof historySchema>): Promise<void>;
}

/** Writes remembered; the longest unused go first. */
const MOST_ENTRIES = 500;

export class RenderHistory {
  readonly #store: HistoryStore;
  readonly #log: (line: string) => void;
  /** Longest unused first. */
  readonly #entries = new Map<string, Entry>();

  /** One that cannot be read is begun again, for it is only a convenience. */
  constructor(store: HistoryStore, log: (line: string) => void) {
    this.#store = store;
    this.#log = log;
    for (const entry of store.read()?.renders ?? []) this.#entries.set(keyText(entry), entry);
  }

  /** What this Write needed when it was last rendered; null when it never was. */
  get(key: HistoryKey): PastNeed | null {
    return this.#entries.get(keyText(key)) ?? null;
  }

  /** Remembers what a render needed; resolves when it is on disk or cannot be. */
  async put(key: HistoryKey, need: PastNeed): Promise<void> {
    const text = keyText(key);
    const before = this.#entries.get(text);
    this.#entries.delete(text);
    // A short render of light frames must not make the heavy ones forgotten at once.
    const peakMB = Math.max(need.peakMB, ((before?.peakMB ?? 0) + need.peakMB) / 2);
    this.#entries.set(text, {
      script: key.script,
      write: key.write,
      demo: key.demo,
      peakMB: Math.round(peakMB),
      cacheMB: need.cacheMB,
      startupSeconds: need.startupSeconds ?? before?.startupSeconds ?? null,
      secondsPerFrame: need.secondsPerFrame ?? before?.secondsPerFrame ?? null,
    });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= MOST_ENTRIES) break;
      this.#entries.delete(oldest);
    }
    await this.#save();
  }

  async #save(): Promise<void> {
    try {
      await this.#store.write({ version: 1, renders: [...this.#entries.values()] });
    } catch (error) {
      this.#log(`the render history was not saved: ${messageOf(error)}`);
    }
  }
}

function keyText({ script, write, demo }: HistoryKey): string {
  return JSON.stringify([script, write, demo]);
}
