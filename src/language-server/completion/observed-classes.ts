/** Classes and knobs observed in open scripts and in scripts of the workspace. */
import { StringPool } from "../../script/string-pool.ts";
import type { NkDocument } from "../core/nk-document.ts";
import type { OpenScripts } from "../core/open-documents.ts";
import { pathOf } from "../features/script-facts.ts";
import { type SeenClasses, type SeenKnobs, mergeSeen, seenClasses } from "../workspace/index-entry.ts";
import type { WorkspaceSummaries } from "../workspace/workspace-index.ts";

/** Milliseconds after which an edited script is learned from again. What it taught before is nearly all it teaches now. */
const STALE_AFTER = 5000;

interface Lesson {
  readonly version: number;
  readonly at: number;
  /** Milliseconds it took. */
  readonly cost: number;
  readonly seen: SeenClasses;
}

export class LearnedClasses {
  readonly #scripts: OpenScripts;
  readonly #summaries: WorkspaceSummaries;
  readonly #lessons = new WeakMap<NkDocument, Lesson>();

  constructor(scripts: OpenScripts, summaries: WorkspaceSummaries) {
    this.#scripts = scripts;
    this.#summaries = summaries;
  }

  /** Whether the workspace's scripts are being read, so that later answers know more. */
  get isReading(): boolean {
    return this.#summaries.isReading;
  }

  /** How many nodes of each class there are. */
  classCounts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const seen of this.#all())
      for (const [name, { count }] of seen) counts.set(name, (counts.get(name) ?? 0) + count);
    return counts;
  }

  /** The knobs that nodes of a class have. */
  knobsOf(className: string): SeenKnobs {
    const merged: SeenKnobs = new Map();
    for (const seen of this.#all()) {
      const knobs = seen.get(className)?.knobs;
      if (knobs) mergeSeen(merged, knobs);
    }
    return merged;
  }

  /** What is open is as it is in the editor, not as it was saved. */
  #all(): SeenClasses[] {
    const open = this.#scripts.all;
    const paths = new Set(open.map(({ uri }) => pathOf(uri)));
    const closed = this.#summaries.known.filter(({ path }) => !paths.has(path));
    return [...open.map((document) => this.#learn(document)), ...closed.map(({ seen }) => seen)];
  }

  /** A small script is learned from whenever it has changed, a large one after a while. */
  #learn(document: NkDocument): SeenClasses {
    const known = this.#lessons.get(document);
    const now = performance.now();
    if (known && (known.version === document.version || (known.cost > 4 && now - known.at < STALE_AFTER)))
      return known.seen;
    const seen = seenClasses(document.script, new StringPool());
    const at = performance.now();
    this.#lessons.set(document, { version: document.version, at, cost: at - now, seen });
    return seen;
  }
}
