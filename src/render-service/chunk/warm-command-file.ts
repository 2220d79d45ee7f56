/** The command file of a warm Nuke: what it was told, in order. docs/warm-nuke.md has the protocol. */
import { appendFileSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { requireFilePlace } from "../storage/state-file.ts";
import { type WarmCommand, readWarmCommands, warmCommandLine } from "../../nuke/warm-commands.ts";

/** The Nuke wants a sign of life every so often, ms; without one it ends itself after 120 s. */
const SIGN_MS = 10_000;

/** What a command does; its number is the file's. */
export type WarmCommandDraft =
  | { readonly do: "render" | "drop"; readonly frames: number[] }
  | { readonly do: "end" };

export class WarmCommandFile {
  readonly path: string;
  #next = 1;
  /** The last line may not be what it should be: the disk was full. */
  #unsure = false;
  #mend = "";
  #signs: NodeJS.Timeout | null = null;

  /** @param folder the job's. */
  constructor(folder: string, chunk: number) {
    this.path = join(folder, `chunk-${String(chunk + 1).padStart(3, "0")}.commands`);
  }

  /**
   * Creates it empty if it does not exist, and from now on shows that a reader is present; returns its content.
   * @throws what the system says.
   */
  open(): readonly WarmCommand[] {
    requireFilePlace(this.path);
    writeFileSync(this.path, "", { flag: "a", mode: 0o600 });
    this.#signs = setInterval(() => this.#sign(), SIGN_MS);
    this.#signs.unref();
    this.#sign();
    return this.#read();
  }

  #read(): readonly WarmCommand[] {
    const { commands, next, mend } = readWarmCommands(readFileSync(this.path, "utf8"));
    this.#next = next;
    this.#mend = mend;
    return commands;
  }

  /**
   * Appends a command and returns it; returns an earlier one if that seemed to have failed but had not.
   * @throws what the system says, as when the disk is full.
   */
  send(order: WarmCommandDraft): WarmCommand {
    if (this.#unsure) {
      const failed = this.#next;
      const last = this.#read().at(-1);
      if (last?.n === failed) {
        this.#append("");
        this.#unsure = false;
        return last;
      }
    }
    const command = { ...order, n: this.#next };
    this.#append(warmCommandLine(command));
    this.#next++;
    this.#unsure = false;
    return command;
  }

  #append(line: string): void {
    try {
      appendFileSync(this.path, this.#mend + line, { mode: 0o600 });
      this.#mend = "";
    } catch (error) {
      this.#unsure = true;
      throw error;
    }
  }

  #sign(): void {
    const now = new Date();
    try {
      utimesSync(this.path, now, now);
    } catch {
      // It may come back, as a file server does; the Nuke waits for a while.
    }
  }

  close(): void {
    if (this.#signs) clearInterval(this.#signs);
  }
}
