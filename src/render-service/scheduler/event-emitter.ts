/** Who hears what happens to jobs. */
import { messageOf } from "../../plan/text/message-of.ts";
import type { RenderEvent } from "../../plan/job/events.ts";

export type Listener = (event: RenderEvent) => void;

export class EventListeners {
  readonly #listeners = new Set<Listener>();
  readonly #log: (line: string) => void;

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  add(listener: Listener): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  emit(event: RenderEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // Listeners must not hold up a render.
        this.#log(`a listener of ${event.type}: ${messageOf(error)}`);
      }
    }
  }
}
