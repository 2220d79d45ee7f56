/** Whether what a Nuke says may be taken: it may have read a script that was saved just then. */
import type { NukeOutput } from "../../nuke/output.ts";
import { isWarmReport } from "../../nuke/warm-report.ts";
import type { ScriptReading } from "./context.ts";

export class ScriptReadCheck {
  readonly #script: ScriptReading;
  /** It is known which version it has read. */
  #known: boolean;

  /** @param known an earlier service has looked at it when it read its script. */
  constructor(script: ScriptReading, known: boolean) {
    this.#script = script;
    this.#known = known;
  }

  /** Once it has read its script, or done anything with it: whether that was the right one. */
  async in(said: NukeOutput): Promise<boolean> {
    if (this.#known || !showsReading(said)) return true;
    this.#known = true;
    return this.#script.isSame();
  }
}

/** With `-V 1` Nuke prints that it has read the script (nuke-cli.md 1.5); a Nuke that renders has read it in any case. */
function showsReading(said: NukeOutput): boolean {
  if (said.kind !== "line") return said.kind === "took" || said.kind === "frame" || said.kind === "total";
  return said.text.includes("Read nuke script: ") || isWarmReport(said.text);
}
