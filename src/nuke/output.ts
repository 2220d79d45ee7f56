/** Parses Nuke's output as it arrives, in pieces that end anywhere (nuke-cli.md 2). */
import { type NukeOutput, progressOf, readLine } from "./output-text.ts";
import { isWarmReport } from "./warm-report.ts";

export type { NukeOutput } from "./output-text.ts";

/** Longer lines (characters) are cut: a flood without line ends must not fill memory. */
const LONGEST_LINE = 64 * 1024;

/**
 * Reads one stream of one Nuke. Nothing may be inferred from which stream it is (nuke-cli.md 2.1), so both streams of a Nuke
 * use this class.
 */
export class NukeOutputParser {
  #tail = "";
  #tailProgress: number | null = null;
  #swallowLineFeed = false;
  #inTraceback = false;

  /** Takes the next piece of text and returns what is new, in order. */
  feed(text: string): NukeOutput[] {
    const found: NukeOutput[] = [];
    const piece = this.#swallowLineFeed && text.startsWith("\n") ? text.slice(1) : text;
    if (text.length > 0) this.#swallowLineFeed = false;
    const lines = (this.#tail + piece).split(/\r\n|\n|\r/u);
    // A carriage return at the very end may be half of a line end.
    if (piece.endsWith("\r")) this.#swallowLineFeed = true;
    this.#tail = lines.pop() ?? "";
    for (const line of lines) this.#complete(line, found);
    while (this.#tail.length > LONGEST_LINE) {
      this.#complete(this.#tail.slice(0, LONGEST_LINE), found);
      this.#tail = this.#tail.slice(LONGEST_LINE);
    }
    const progress = this.#tail === "" ? null : progressOf(withoutPrompt(this.#tail));
    if (progress !== null && progress !== this.#tailProgress)
      found.push({ kind: "frame-progress", fraction: progress });
    this.#tailProgress = progress;
    return found;
  }

  /** The stream has ended. An unfinished last line counts as a line, because a process that died may have left a message in it. */
  end(): NukeOutput[] {
    const found: NukeOutput[] = [];
    const rest = this.#tail;
    this.#tail = "";
    if (rest !== "") this.#complete(rest, found);
    return found;
  }

  #complete(raw: string, found: NukeOutput[]): void {
    const line = withoutPrompt(raw);
    const shownInTail = this.#tailProgress !== null && this.#tailProgress === progressOf(line);
    this.#tailProgress = null;
    if (line.trim() === "") return;
    // A warm Nuke's report about a frame: a message quoted in it is not a message of this line.
    if (isWarmReport(line)) {
      this.#inTraceback = false;
      found.push({ kind: "line", text: line });
      return;
    }
    found.push({ kind: "line", text: line });
    if (/^\s*Traceback \(most recent call last\):/u.test(line)) {
      this.#inTraceback = true;
      return;
    }
    if (this.#inTraceback) {
      if (/^\s/u.test(line)) return;
      const said = readLine(line);
      // Lines of the other stream may come between those of a traceback.
      if (said.length > 0) {
        found.push(...said);
        return;
      }
      this.#inTraceback = false;
      found.push({ kind: "traceback", text: line.trim() });
      return;
    }
    if (!shownInTail) found.push(...readLine(line));
  }
}

/** In terminal mode without a script, messages follow Python's prompt (nuke-cli.md 1.2). */
function withoutPrompt(line: string): string {
  return line.replace(/^(?:>>> ?)+/u, "");
}
