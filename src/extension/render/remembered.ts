import type { Memento } from "vscode";
import type { OptionRow } from "../../plan/options/kinds.ts";
import { optionTable } from "../../plan/options/table.ts";
import { type RenderOptions, renderOptionsSchema } from "../../plan/request.ts";
import type { Settings } from "../../facts/settings.ts";
import { type FarmOptions, farmOptionsSchema } from "../../webview/protocol.ts";

const rememberedNames: ReadonlySet<string> = new Set(
  Object.entries<OptionRow>(optionTable).flatMap(([name, { remembered }]) =>
    remembered === false ? [] : [name],
  ),
);

/** The settings of the last render of each Write, kept with the workspace. */
export class RememberedOptions {
  readonly #memento: Memento;

  constructor(memento: Memento) {
    this.#memento = memento;
  }

  /** What was used last, else what the settings say; everything not named is left to the machine. */
  get(script: string, write: string, settings: Settings): RenderOptions {
    const kept = renderOptionsSchema.safeParse(this.#memento.get<unknown>(key("options", script, write)));
    if (kept.success) return kept.data;
    const count = settings["render.split"];
    return {
      proxy: "script",
      continueOnError: settings["render.continueOnError"],
      ...(count > 0 ? { split: { by: "chunks", count } } : {}),
    };
  }

  /** Which frames are left out is not kept: the next click is to render what it says. */
  async set(script: string, write: string, options: RenderOptions): Promise<void> {
    const kept = Object.entries(options).filter(([name]) => rememberedNames.has(name));
    await this.#memento.update(key("options", script, write), Object.fromEntries(kept));
  }

  /** Undefined: this Write was never sent to the farm. */
  getFarm(script: string, write: string): FarmOptions | undefined {
    return farmOptionsSchema.safeParse(this.#memento.get<unknown>(key("farm", script, write))).data;
  }

  async setFarm(script: string, write: string, options: FarmOptions): Promise<void> {
    await this.#memento.update(key("farm", script, write), options);
  }
}

function key(kind: "options" | "farm", script: string, write: string): string {
  return `${kind}:${script}\n${write}`;
}
