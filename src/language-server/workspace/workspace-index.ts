/** Reads the scripts of the workspace that are not open: off the path of requests, a file at a time, and again only what has changed. */
import { setImmediate } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { SymbolKind } from "vscode-languageserver";
import { readScriptFile } from "../../script/read-script.ts";
import type { Script } from "../../script/script.ts";
import { StringPool } from "../../script/string-pool.ts";
import { workOn } from "../core/activity.ts";
import { symbolKind } from "../features/document-symbols.ts";
import { type SeenClasses, seenClasses } from "./index-entry.ts";
import type { WorkspaceScripts } from "../core/workspace-files.ts";

/** Files that are read, and the size of one: reading one must not keep an edit waiting. */
const [MOST_FILES, LARGEST_FILE] = [200, 1024 * 1024];
/** Milliseconds before the disk is checked again. */
const FRESH_FOR = 3000;

export interface SummarizedNode {
  readonly name: string;
  readonly class: string;
  readonly parent: string;
  readonly kind: SymbolKind;
  /** Of its first line, from 0. */
  readonly line: number;
}

export interface ScriptSummary {
  readonly path: string;
  readonly uri: string;
  readonly nodes: readonly SummarizedNode[];
  readonly seen: SeenClasses;
}

interface Kept {
  readonly stamp: string;
  /** Null: it cannot be read, or is too large. */
  readonly summary: ScriptSummary | null;
}

export class WorkspaceSummaries {
  readonly #workspace: WorkspaceScripts;
  readonly #pool = new StringPool();
  #kept = new Map<string, Kept>();
  #reading: Promise<void> | null = null;
  #readAt = -Infinity;

  constructor(workspace: WorkspaceScripts) {
    this.#workspace = workspace;
  }

  /** What is known so far. Continues reading in the background and does not wait. */
  get known(): readonly ScriptSummary[] {
    this.#read().catch(() => {
      // The folders could not be listed; the next request tries again.
    });
    return this.#summaries();
  }

  /** Whether there is more to come. */
  get isReading(): boolean {
    return this.#reading !== null;
  }

  /** All of them, once they have been read. */
  async all(): Promise<readonly ScriptSummary[]> {
    await this.#read();
    return this.#summaries();
  }

  #summaries(): ScriptSummary[] {
    return [...this.#kept.values()].flatMap(({ summary }) => (summary ? [summary] : []));
  }

  async #read(): Promise<void> {
    if (this.#reading === null && performance.now() - this.#readAt < FRESH_FOR) return;
    this.#reading ??= this.#readFiles().finally(() => {
      this.#reading = null;
      this.#readAt = performance.now();
    });
    await this.#reading;
  }

  async #readFiles(): Promise<void> {
    const paths = (await this.#workspace.files()).slice(0, MOST_FILES);
    const wanted = new Set(paths);
    for (const path of this.#kept.keys()) if (!wanted.has(path)) this.#kept.delete(path);
    for (const path of paths) {
      const found = await this.#workspace.disk.stat(path);
      const stamp = found === null ? "" : `${found.mtimeMs} ${found.size}`;
      if (this.#kept.get(path)?.stamp === stamp) continue;
      const readable =
        found !== null && found.isFile() && found.size <= LARGEST_FILE && !this.#workspace.skips(path);
      const begins = (): void => workOn(pathToFileURL(path).href);
      // Files that cannot be read or were removed have no entry.
      const script = readable ? await readScriptFile(path, begins).catch(() => null) : null;
      // Edits and requests go first.
      await setImmediate();
      begins();
      this.#kept.set(path, { stamp, summary: script && this.#summarize(path, script) });
    }
  }

  #summarize(path: string, script: Script): ScriptSummary {
    const keep = (text: string): string => this.#pool.keep(text);
    return {
      path,
      uri: pathToFileURL(path).href,
      nodes: summarizeNodes(script, keep),
      seen: seenClasses(script, this.#pool),
    };
  }
}

/** `keep`: makes strings that do not hold the script's text. */
export function summarizeNodes(script: Script, keep: (text: string) => string): SummarizedNode[] {
  return script.nodes
    .filter(({ name }) => name !== "")
    .map((node) => ({
      name: keep(node.name),
      class: keep(node.class),
      parent: keep(node.parent),
      kind: symbolKind(node),
      line: node.place.line - 1,
    }));
}

const made = new WeakMap<WorkspaceScripts, WorkspaceSummaries>();

/** The one of a workspace, for all features. */
export function summariesOf(workspace: WorkspaceScripts): WorkspaceSummaries {
  let summaries = made.get(workspace);
  if (!summaries) made.set(workspace, (summaries = new WorkspaceSummaries(workspace)));
  return summaries;
}
