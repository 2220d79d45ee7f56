import type { Connection } from "vscode-languageserver";
import * as z from "zod/mini";

const settingsSchema = z.object({
  diagnostics: z.optional(z.object({ disabled: z.optional(z.array(z.string())) })),
});

/** The settings the server looks at, as the editor has them. */
export class ServerSettings {
  readonly #connection: Connection;
  #disabled: ReadonlySet<string> = new Set();
  #canAsk = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Codes of diagnostics that are not shown. */
  get disabledDiagnostics(): ReadonlySet<string> {
    return this.#disabled;
  }

  /** `canAsk`: the editor answers `workspace/configuration`. */
  prepare(canAsk: boolean): void {
    this.#canAsk = canAsk;
  }

  /** Reads them again. What is no settings of ours counts as none. */
  async refresh(): Promise<void> {
    if (!this.#canAsk) return;
    const answer: unknown = await this.#connection.workspace.getConfiguration("nukeRender");
    const read = settingsSchema.safeParse(answer ?? {});
    this.#disabled = new Set(read.success ? (read.data.diagnostics?.disabled ?? []) : []);
  }
}
