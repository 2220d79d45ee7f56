/** A warm Nuke for tests: the stand-in with the very file a real Nuke would run, its command file, and what it reports. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { appendFile, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { findOnPath } from "../../src/nuke/discover.ts";
import { NukeOutputParser } from "../../src/nuke/output.ts";
import { type WarmCommand, readWarmCommands, warmCommandLine } from "../../src/nuke/warm-commands.ts";
import { type WarmReport, readWarmReport } from "../../src/nuke/warm-report.ts";
import { type WarmBase, warmCommand } from "../../src/plan/warm-command.ts";
import { warmFile } from "../../src/paths.ts";

export type ReportOf<Event extends WarmReport["event"]> = Extract<WarmReport, { event: Event }>;

export interface WarmShape {
  readonly nuke: string;
  readonly folder: string;
  readonly script: string;
  readonly profile?: object;
  readonly env?: Record<string, string>;
  readonly base?: Partial<WarmBase>;
}

export class WarmNuke {
  readonly commandFile: string;
  readonly reports: WarmReport[] = [];
  /** Everything it printed, report lines too. */
  out = "";
  err = "";
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  readonly #child: ChildProcess;
  readonly #parser = new NukeOutputParser();
  #over = false;
  readonly #news = new EventEmitter();

  private constructor(child: ChildProcess, commandFile: string) {
    [this.#child, this.commandFile] = [child, commandFile];
    this.ended = new Promise((resolve) => {
      // Not "exit": what it printed last may still be on its way.
      child.once("close", (code, signal) => {
        this.#over = true;
        this.#news.emit("news");
        resolve({ code, signal });
      });
    });
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.out += text;
      for (const said of this.#parser.feed(text)) {
        const report = said.kind === "line" ? readWarmReport(said.text) : null;
        if (report) this.reports.push(report);
      }
      this.#news.emit("news");
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.err += text));
  }

  static async start({ nuke, folder, script, profile = {}, env, base }: WarmShape): Promise<WarmNuke> {
    const own = await mkdtemp(join(folder, "warm "));
    const [commandFile, profileFile] = [join(own, "commands.jsonl"), join(own, "profile.json")];
    await writeFile(commandFile, "");
    await writeFile(profileFile, JSON.stringify(profile));
    const [program = "", ...words] = warmCommand({
      nuke: { argv: [nuke], version: "15.1v5", demo: false },
      script,
      write: "Write1",
      threads: 1,
      cacheMB: 100,
      views: [],
      proxy: "script",
      continueOnError: false,
      extraArguments: [],
      warmFile: warmFile(),
      commandFile,
      ...base,
    });
    const child = spawn(program, words, {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NUKE_STANDIN_PROFILE: profileFile, ...env },
    });
    return new WarmNuke(child, commandFile);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Appends a command with the next number; returns the number. */
  async tell(command: { do: WarmCommand["do"]; frames?: number[] }): Promise<number> {
    const { next, mend } = readWarmCommands(await readFile(this.commandFile, "utf8"));
    const { do: what, frames } = command;
    const whole: WarmCommand =
      what === "render" ? { do: what, n: next, frames: frames ?? [] } : { do: what, n: next, frames };
    await appendFile(this.commandFile, mend + warmCommandLine(whole));
    return next;
  }

  /** Resolves with the first report, from the beginning, that fits. Rejects when the Nuke is over without it. */
  async report<Event extends WarmReport["event"]>(
    event: Event,
    fits: (report: ReportOf<Event>) => boolean = () => true,
  ): Promise<ReportOf<Event>> {
    for (;;) {
      const found = this.all(event).find(fits);
      if (found) return found;
      if (this.#over) throw new Error(`It ended without the report ${event}.\n${this.out}\n${this.err}`);
      await once(this.#news, "news");
    }
  }

  all<Event extends WarmReport["event"]>(event: Event): ReportOf<Event>[] {
    return this.reports.filter((report): report is ReportOf<Event> => report.event === event);
  }

  /** The frames reported as done, in order. */
  get done(): number[] {
    return this.all("done").map(({ frame }) => frame);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#over) this.#child.kill("SIGKILL");
    await this.ended;
  }
}

/** Resolves when a process is gone, or dead and only not collected yet. */
export async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await wait(10);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  try {
    return !existsSync(stat) || !/\) Z /u.test(readFileSync(stat, "utf8"));
  } catch {
    return false;
  }
}

/** Why no warm Nuke can be tried here; false when one can, as `skip` of a test wants it. Said aloud. */
export function noPython(): string | false {
  if (findOnPath("python3") !== null || process.env.NUKE_RENDER_PYTHON) return false;
  console.log("!! UNTESTED HERE: warm Nukes (there is no python3)");
  return "there is no python3";
}

/** A Python 2.7, as Nuke 11 and 12 have it; null, and said aloud, when there is none. */
export function findPython2(): string | null {
  const pyenv = join(homedir(), ".pyenv", "versions");
  const found = [
    findOnPath("python2.7"),
    ...(existsSync(pyenv) ? readdirSync(pyenv) : [])
      .filter((name) => name.startsWith("2.7"))
      .map((name) => join(pyenv, name, "bin", "python2.7")),
  ].find((path) => path !== null && spawnSync(path, ["--version"]).status === 0);
  if (found === undefined) console.log("!! UNTESTED HERE: warm Nukes with Python 2.7 (there is none)");
  return found ?? null;
}
