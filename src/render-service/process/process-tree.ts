/** A process with all that descends from it, and its end. */
import { execFile } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { type ProcessInfo, type ProcessList, isAlive, listProcesses } from "./process-list.ts";

const windows = process.platform === "win32";
/** Milliseconds between two looks whether a tree is gone. */
const LOOK_MS = 50;
/** How long (ms) a killed tree is waited for; a process that hangs in the kernel cannot be ended by anybody. */
const KILLED_MS = 15_000;

/**
 * The tree under one process that leads a group of its own. It remembers who belonged to it, for a descendant whose parent
 * has died, or that left the group, can be recognized only by what was known before.
 */
export class ProcessTree {
  readonly #root: number;
  readonly #known = new Map<number, ProcessInfo>();

  constructor(root: number) {
    this.#root = root;
    // Its start is not known yet; the first list tells.
    this.#known.set(root, { pid: root, parent: 0, group: root, started: "", residentMB: null });
  }

  /** Learns from a list of processes; answers with the members that live. */
  update(list: ProcessList): ProcessInfo[] {
    // A tree found empty once stays empty: its group's number may be anybody's by now.
    if (this.#known.size === 0) return [];
    for (const [pid, { started }] of this.#known)
      if (started !== "" && list.get(pid)?.started !== started) this.#known.delete(pid);
    const children = new Map<number, ProcessInfo[]>();
    const queue: ProcessInfo[] = [];
    for (const info of list.values()) {
      const siblings = children.get(info.parent);
      if (siblings) siblings.push(info);
      else children.set(info.parent, [info]);
      if (this.#known.has(info.pid) || (info.group !== 0 && info.group === this.#root)) queue.push(info);
    }
    this.#known.clear();
    for (let info = queue.pop(); info; info = queue.pop()) {
      if (this.#known.has(info.pid)) continue;
      this.#known.set(info.pid, info);
      for (const child of children.get(info.pid) ?? []) if (isChildOf(child, info)) queue.push(child);
    }
    return [...this.#known.values()];
  }

  /** The members known to live, without a new list. */
  get alive(): ProcessInfo[] {
    return [...this.#known.values()].filter((one) => isAlive(one));
  }

  /**
   * Ends the tree: first politely, after `graceMs` by force; resolves when no process of it is left.
   * @returns pids that even force did not end (they hang in the kernel); normally none.
   */
  async end(graceMs: number): Promise<number[]> {
    // Before anything is ended: afterwards nobody can tell who descended from whom.
    let members = await this.#look();
    if (members.length === 0) return [];
    await this.#ask(members);
    const politeUntil = Date.now() + graceMs;
    while (Date.now() < politeUntil) {
      if (this.alive.length === 0) {
        members = await this.#look();
        if (members.length === 0) return [];
      }
      await wait(LOOK_MS);
    }
    const killedUntil = Date.now() + KILLED_MS;
    for (;;) {
      members = await this.#look();
      if (members.length === 0) return [];
      if (Date.now() > killedUntil) return members.map(({ pid }) => pid);
      await this.#kill(members);
      await wait(LOOK_MS);
    }
  }

  /** The members that live, by a new list; where the system gives none, by asking for each one known. */
  async #look(): Promise<ProcessInfo[]> {
    try {
      return this.update(await listProcesses());
    } catch {
      return this.alive;
    }
  }

  async #ask(members: readonly ProcessInfo[]): Promise<void> {
    if (windows) return taskkill(["/PID", `${this.#root}`, "/T"]);
    this.#signal(members, "SIGTERM");
  }

  async #kill(members: readonly ProcessInfo[]): Promise<void> {
    if (!windows) return this.#signal(members, "SIGKILL");
    for (const { pid } of members) await taskkill(["/PID", `${pid}`, "/T", "/F"]);
  }

  /** The group at once, so that nobody in it sees another die and starts something; then those who left it. */
  #signal(members: readonly ProcessInfo[], signal: NodeJS.Signals): void {
    if (members.some(({ group }) => group === this.#root)) signalQuietly(-this.#root, signal);
    for (const { pid, group } of members) if (group !== this.#root) signalQuietly(pid, signal);
  }
}

/** Windows leaves a dead parent's id standing, and gives it to others: nothing is older than its parent. */
function isChildOf(child: ProcessInfo, parent: ProcessInfo): boolean {
  return !windows || child.started >= parent.started;
}

function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended in between; the next list tells.
  }
}

async function taskkill(args: readonly string[]): Promise<void> {
  // Its exit code tells of processes that ended in between too; the next list tells the truth.
  await new Promise<void>((resolve) => {
    execFile("taskkill", [...args], { windowsHide: true }, () => resolve());
  });
}
