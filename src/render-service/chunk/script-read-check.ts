/** Whether what a Nuke says may be taken: it may have read a script that was saved just then. */
import type { NukeOutput } from "../../nuke/output.ts";
import { isWarmReport } from "../../nuke/warm-report.ts";
import type { ScriptReading } from "./context.ts";

export class ScriptReadCheck {
  readonly #script: ScriptReading;
  #read: "unknown" | "right" | "wrong";

  /** @param known an earlier service has looked at it when it read its script. */
  constructor(script: ScriptReading, known: boolean) {
    this.#script = script;
    this.#read = known ? "right" : "unknown";
  }

  /** Once it has read its script, or done anything with it: whether that was the right one. */
  async in(said: NukeOutput): Promise<boolean> {
    if (this.#read === "unknown" && showsReading(said)) {
      // What is looked at counts as read: one look is enough.
      this.#read = "right";
      if (!(await this.#script.isSame())) this.#read = "wrong";
    }
    return this.#read !== "wrong";
  }
}

/** With `-V 1` Nuke prints that it has read the script (nuke-cli.md 1.5); a Nuke that renders has read it in any case. */
function showsReading(said: NukeOutput): boolean {
  if (said.kind !== "line") return said.kind === "took" || said.kind === "frame" || said.kind === "total";
  return said.text.includes("Read nuke script: ") || isWarmReport(said.text);
}
