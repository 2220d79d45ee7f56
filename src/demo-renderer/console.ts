/** What Nuke prints, and where (nuke-cli.md 2). */
import type { Profile } from "./profile.ts";

export class NukeConsole {
  readonly #profile: Profile;

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  out(line: string): void {
    process.stdout.write(`${line}${this.#profile.crlf ? "\r\n" : "\n"}`);
  }

  /** Prints without a line end: progress within a frame. */
  part(text: string): void {
    process.stdout.write(text);
  }

  err(line: string): void {
    (this.#profile.mergeStderr ? process.stdout : process.stderr).write(
      `${line}${this.#profile.crlf ? "\r\n" : "\n"}`,
    );
  }

  /** `[ 4:55.33] ERROR: Write1: …`: colon, then dot, the hour padded with a blank (2.5). */
  error(message: string): void {
    this.err(`${stamp()} ERROR: ${message}`);
  }

  warning(message: string): void {
    this.err(`${stamp()} Warning: ${message}`);
  }

  /** Resolves when the output so far has been passed to the system: another process writes to the same output. */
  async flush(): Promise<void> {
    for (const stream of [process.stdout, process.stderr])
      await new Promise<void>((resolve) => stream.write("", () => resolve()));
  }

  banner(version: string): void {
    this.out(`Nuke ${version}, 64 bit, built Jun  6 2024.`);
    this.out("Copyright (c) 2024 The Foundry Visionmongers Ltd.  All Rights Reserved.");
    this.out("This is the demo renderer of Nuke Background Render; no Nuke runs here.");
    this.out("");
  }

  licenseReport(): void {
    this.err("A license for nuke was not found");
    this.err("");
    this.err("FOUNDRY LICENSE ERROR REPORT");
    this.err("----------------------------");
    this.err(`Timestamp: ${new Date().toUTCString()}`);
    this.err("License(s) Requested:");
    this.err("nuke 2024.0606 render only with options all");
    this.err("Extended Info:");
    this.err("RLM LICENSE DIAGNOSTICS");
    this.err("  ENT_STATUS_RLM_LICENSE_NOT_FOUND");
  }

  /** `-V 1` (2.3). */
  scriptRead(path: string): void {
    this.out(`[${new Date().toISOString().slice(11, 19)} UTC] Read nuke script: ${path}`);
  }

  /** Messages that look alarming but are harmless (2.3, 2.5). */
  noise(script: string): void {
    this.err(`${stamp()} Warning: Autosave file for ${script} is newer`);
    this.err("QStandardPaths: XDG_RUNTIME_DIR not set, defaulting to '/tmp/runtime-artist'");
    this.err(
      "ERROR 23:20:02.391:frameserver.worker-0(49878) worker.py:270 startApplication(): Could not start render application",
    );
    this.err("");
  }

  total(seconds: number): void {
    const minutes = Math.floor(seconds / 60);
    this.out("");
    this.out(
      `Total render time: ${minutes > 0 ? `${minutes} minute${minutes > 1 ? "s" : ""}, ${Math.round(seconds % 60)}` : seconds.toFixed(2)} seconds`,
    );
  }
}

function stamp(): string {
  const now = new Date();
  const two = (number: number): string => String(number).padStart(2, "0");
  return `[${String(now.getHours()).padStart(2)}:${two(now.getMinutes())}.${two(now.getSeconds())}]`;
}
