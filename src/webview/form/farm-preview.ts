/** What the farm's engine would run: asked of the host a moment after the last change; of several questions only the last one's answer is shown. */
import { messageOf } from "../../plan/text/message-of.ts";
import type { FarmPreview } from "../protocol.ts";
import type { Reading } from "./reading.ts";
import type { FormChannel } from "./to-host.ts";
import type { Timers } from "./timers.ts";

const PREVIEW_AFTER = 100;
const PREVIEW_LIMIT = 10_000;

export class FarmPreviewer {
  readonly #channel: FormChannel;
  readonly #timers: Timers;
  readonly #changed: () => void;
  #shown: FarmPreview | null = null;
  #question = "";

  /** @param changed called when an answer has come. */
  constructor(channel: FormChannel, timers: Timers, changed: () => void) {
    this.#channel = channel;
    this.#timers = timers;
    this.#changed = changed;
  }

  /** Null before the first answer. */
  get shown(): FarmPreview | null {
    return this.#shown;
  }

  /** The same question is asked again: what the host answers may have changed. */
  expire(): void {
    this.#question = "";
  }

  /** What is shown is about something else. */
  clear(): void {
    this.#shown = null;
    this.expire();
  }

  ask({ write, readFarm }: Reading): void {
    const { farm } = readFarm;
    if (!farm) {
      this.#shown = { argv: null, problems: [], message: "Correct the fields to see what will be run." };
      this.#question = "";
      this.#timers.stop("preview");
      return;
    }
    const question = JSON.stringify([write.name, farm]);
    if (question === this.#question) return;
    this.#question = question;
    this.#timers.set("preview", PREVIEW_AFTER, () => {
      void this.#channel
        .request({ type: "preview-farm", write: write.name, farm }, PREVIEW_LIMIT)
        .catch((error: unknown): FarmPreview => ({ argv: null, problems: [], message: messageOf(error) }))
        .then((preview) => {
          if (question !== this.#question) return;
          this.#shown = preview;
          this.#changed();
        });
    });
  }
}
