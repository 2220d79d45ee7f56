/** A process with all that descends from it, and its end. */
import { execFile } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { type ProcessInfo, type ProcessList, isAlive, listProcesses, lives } from "./process-list.ts";
import { type ProcessMark, markedProcesses } from "./process-mark.ts";

const windows = process.platform === "win32";
/** Milliseconds between two looks whether a tree is gone. */
const LOOK_MS = 50;
/** How long (ms) to wait for a killed tree; a process that hangs in the kernel cannot be killed. */
const KILLED_MS = 15_000;

/**
 * The tree under one process that leads its own group. It remembers who belonged to it, for a descendant whose parent
 * has died, or that left the group, can be recognized only by what was known before, or by its mark.
 */
export class ProcessTree {
  readonly #root: number;
  readonly #mark: ProcessMark | null;
  readonly #known = new Map<number, ProcessInfo>();
  /** A tree found empty once stays empty: its group's number may be another's by now. */
  #groupIsOver = false;

  /**
   * @param root null: only what bears the mark belongs to it.
   * @param mark what is ended bears it, too; null: parents and groups are all that is known.
   */
  constructor(root: number | null, mark: ProcessMark | null = null) {
    this.#root = root ?? 0;
    this.#mark = mark;
    // Its start is not known yet; the first list tells.
    if (root !== null)
      this.#known.set(root, { pid: root, parent: 0, group: root, started: "", residentMB: null });
  }

  /** Updates from a process list; returns the live members. */
  update(list: ProcessList): ProcessInfo[] {
    if (this.#known.size === 0) return [];
    for (const [pid, { started }] of this.#known)
      if (started !== "" && list.get(pid)?.started !== started) this.#known.delete(pid);
    const children = new Map<number, ProcessInfo[]>();
    const queue: ProcessInfo[] = [];
    for (const info of list.values()) {
      const siblings = children.get(info.parent);
      if (siblings) siblings.push(info);
      else children.set(info.parent, [info]);
      if (this.#known.has(info.pid) || this.#isOfGroup(info)) queue.push(info);
    }
    this.#known.clear();
    for (let info = queue.pop(); info; info = queue.pop()) {
      if (this.#known.has(info.pid)) continue;
      this.#known.set(info.pid, info);
      for (const child of children.get(info.pid) ?? []) if (isChildOf(child, info)) queue.push(child);
    }
    this.#groupIsOver ||= this.#known.size === 0;
    return [...this.#known.values()];
  }

  #isOfGroup({ group }: ProcessInfo): boolean {
    return group !== 0 && group === this.#root && !this.#groupIsOver;
  }

  /** Has all members stand still, until `resume`; without effect on Windows. */
  async pause(): Promise<void> {
    if (windows) return;
    this.#signal(this.alive, "SIGSTOP");
    this.#signal(await this.#look(), "SIGSTOP");
  }

  resume(): void {
    if (!windows) this.#signal(this.alive, "SIGCONT");
  }

  /** The members known to live, without a new list. */
  get alive(): ProcessInfo[] {
    return [...this.#known.values()].filter((one) => (one.started === "" ? lives(one.pid) : isAlive(one)));
  }

  /**
   * Ends the tree: first politely, after `graceMs` by force; resolves when no process of it is left.
   * @returns pids that even force did not end (they hang in the kernel); normally none.
   */
  async end(graceMs: number): Promise<number[]> {
    // Before anything is ended: afterwards the ancestry is lost.
    let members = await this.#lookTwice();
    if (members.length === 0) return [];
    await this.#ask(members);
    const politeUntil = Date.now() + graceMs;
    while (Date.now() < politeUntil) {
      if (this.alive.length === 0) {
        members = await this.#lookTwice();
        if (members.length === 0) return [];
      }
      await wait(LOOK_MS);
    }
    const killedUntil = Date.now() + KILLED_MS;
    for (;;) {
      members = await this.#lookTwice();
      if (members.length === 0) return [];
      if (Date.now() > killedUntil) return members.map(({ pid }) => pid);
      await this.#kill(members);
      await wait(LOOK_MS);
    }
  }

  /** A list is not taken in one moment: one that was started meanwhile may be missing where its parent is, too. */
  async #lookTwice(): Promise<ProcessInfo[]> {
    const members = await this.#look();
    return members.length > 0 || this.#mark === null ? members : this.#look();
  }

  /** The members that live, by a new list; where the system gives none, by asking for each one known. */
  async #look(): Promise<ProcessInfo[]> {
    try {
      const list = await listProcesses();
      const members = this.update(list);
      const marked = this.#mark === null ? [] : markedProcesses(this.#mark, list);
      if (!marked.some(({ pid }) => !this.#known.has(pid))) return members;
      for (const one of marked) this.#known.set(one.pid, one);
      return this.update(list);
    } catch {
      return this.alive;
    }
  }

  async #ask(members: readonly ProcessInfo[]): Promise<void> {
    if (windows) return taskkill(["/PID", `${this.#root}`, "/T"]);
    this.#signal(members, "SIGTERM");
    // One that stands still does not hear it.
    this.#signal(members, "SIGCONT");
  }

  async #kill(members: readonly ProcessInfo[]): Promise<void> {
    if (!windows) return this.#signal(members, "SIGKILL");
    for (const { pid } of members) await taskkill(["/PID", `${pid}`, "/T", "/F"]);
  }

  /** Kills the whole group first, so no member sees another die and starts something; then the processes that left it. */
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
