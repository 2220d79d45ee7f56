import type { Memento } from "vscode";
import { type RenderOptions, renderOptionsSchema } from "../plan/request.ts";
import type { Settings } from "../surroundings/settings.ts";

/** The settings of the last render of each Write, kept with the workspace. */
export class RememberedOptions {
  readonly #memento: Memento;

  constructor(memento: Memento) {
    this.#memento = memento;
  }

  /** What was used last, else what the settings say; everything not named is left to the machine. */
  get(script: string, write: string, settings: Settings): RenderOptions {
    const kept = renderOptionsSchema.safeParse(this.#memento.get<unknown>(key(script, write)));
    if (kept.success) return kept.data;
    const count = settings["render.split"];
    return {
      proxy: "script",
      continueOnError: settings["render.continueOnError"],
      ...(count > 0 ? { split: { by: "chunks", count } } : {}),
    };
  }

  async set(script: string, write: string, options: RenderOptions): Promise<void> {
    const { range, split, parallel, threads, cacheMB, views, proxy, continueOnError } = options;
    await this.#memento.update(key(script, write), {
      range,
      split,
      parallel,
      threads,
      cacheMB,
      views,
      proxy,
      continueOnError,
    });
  }
}

function key(script: string, write: string): string {
  return `options:${script}\n${write}`;
}
