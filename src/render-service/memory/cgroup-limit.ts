/**
 * Walls around Nukes that the system holds: each is started in a systemd scope with a memory limit, so that one that jumps between two looks is ended
 * by the kernel before it takes the memory of everybody else (systemd-run(1), systemd.resource-control(5): MemoryMax, MemorySwapMax).
 */
import { spawn } from "node:child_process";
import { constants, accessSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Load } from "./budget.ts";

/** How long (ms) the user's service manager is waited for. */
const PROBE_MS = 5000;

/** By these a program finds the user's service manager. */
const MANAGER_VARIABLES = ["XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"];

/** How a Nuke is to be started. */
export interface LimitedCommand {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** MB; null: there is none. */
  readonly limitMB: number | null;
}

/**
 * Memory limit of one Nuke, MB: the part of the budget that others do not use, and at least its estimated need.
 * @param loads all running Nukes; it is one of them already.
 */
export function wallFor(needMB: number, budgetMB: number, loads: readonly Load[]): number {
  const takenMB = loads.reduce((sum, load) => sum + Math.max(load.needMB, load.measuredMB), 0);
  return Math.ceil(Math.max(needMB, budgetMB - takenMB + needMB));
}

/** The command that starts another one inside its own scope; it becomes that command and keeps its pid. */
export function scopeArgv(systemdRun: string, limitMB: number, argv: readonly string[]): string[] {
  const limits = ["-p", `MemoryMax=${limitMB}M`, "-p", "MemorySwapMax=0"];
  return [systemdRun, "--user", "--scope", "--quiet", "--collect", ...limits, "--", ...argv];
}

export class ScopeLimits {
  /** The setting is on. */
  wanted = false;
  readonly #loads: () => readonly Load[];
  readonly #budgetMB: () => number;
  readonly #warned = new Set<string>();
  #runner: Promise<Runner> | null = null;

  /** @param loads all running Nukes, the one that is started included. */
  constructor(loads: () => readonly Load[], budgetMB: () => number) {
    this.#loads = loads;
    this.#budgetMB = budgetMB;
  }

  /**
   * Puts a wall around a Nuke, where that is wanted and this system can.
   * @param warn is told once for each job where it cannot.
   */
  async around(
    nuke: Pick<LimitedCommand, "argv" | "env">,
    { job, needMB, warn }: { job: string; needMB: () => number; warn: (text: string) => void },
  ): Promise<LimitedCommand> {
    if (!this.wanted) return { ...nuke, limitMB: null };
    this.#runner ??= findRunner();
    const runner = await this.#runner;
    if (runner.problem !== null) {
      if (!this.#warned.has(job))
        warn(
          `Nukes run without a memory limit (nukeRender.memory.systemdScope), because systemd creates no scope here: ${runner.problem}.`,
        );
      this.#warned.add(job);
      return { ...nuke, limitMB: null };
    }
    const megabytes = wallFor(needMB(), this.#budgetMB(), this.#loads());
    const manager = MANAGER_VARIABLES.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    });
    const env = { ...Object.fromEntries(manager), ...nuke.env };
    return { argv: scopeArgv(runner.program, megabytes, nuke.argv), env, limitMB: megabytes };
  }
}

/** The program, and why it can make no scope; null: it can. */
interface Runner {
  readonly program: string;
  readonly problem: string | null;
}

async function findRunner(): Promise<Runner> {
  const program = process.platform === "linux" ? inPath("systemd-run") : null;
  if (program === null) return { program: "", problem: "systemd-run was not found" };
  return { program, problem: await tryScope(program) };
}

function inPath(name: string): string | null {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Starts a scope around nothing; null when that went well, else why not. */
function tryScope(program: string): Promise<string | null> {
  const [command = "", ...words] = scopeArgv(program, 64, ["true"]);
  return new Promise((resolve) => {
    const child = spawn(command, words, { stdio: ["ignore", "ignore", "pipe"], timeout: PROBE_MS });
    let said = "";
    child.stderr.on("data", (data: Buffer) => (said = (said + data.toString()).slice(0, 500)));
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) =>
      resolve(code === 0 ? null : said.trim() || `systemd-run ended with ${code ?? signal ?? "nothing"}`),
    );
  });
}
