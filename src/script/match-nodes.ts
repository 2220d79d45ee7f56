/** Which node of one script is which of another: by full name, then, of what is left, by class and place. */
import { type MeaningOptions, countsNode, inputsThatCount, knobsThatCount } from "./significance.ts";
import type { Script } from "./script.ts";
import type { ScriptNode } from "./script-node.ts";

/** From each node of the old script to what it is in the new one; nodes that went are not in it. */
export type NodeMatches = ReadonlyMap<ScriptNode, ScriptNode>;

export function matchNodes(old: Script, now: Script, options: MeaningOptions = {}): NodeMatches {
  return new Matcher(old, now, options).run();
}

/** The nodes in each group, in file order. */
export function childrenOf(
  script: Script,
  options: MeaningOptions,
): ReadonlyMap<ScriptNode | null, ScriptNode[]> {
  return grouped(
    script.nodes.filter((node) => countsNode(node, options)),
    (node) => node.group,
  );
}

/** Nodes with other names are one only when at least this share of their knobs, inputs and contents is equal. */
const ALIKE = 0.5;

/** Beyond this many pairs, a node is held against its nearest ones only. */
const MOST_PAIRS = 40_000;
const NEAREST = 8;

interface Candidate {
  readonly old: ScriptNode;
  readonly now: ScriptNode;
  readonly alike: number;
  readonly distance: number;
}

class Matcher {
  readonly #matches = new Map<ScriptNode, ScriptNode>();
  readonly #taken = new Set<ScriptNode>();
  readonly #old;
  readonly #now;
  readonly #options: MeaningOptions;
  readonly #knobs = new Map<ScriptNode, ReadonlyMap<string, string>>();

  constructor(old: Script, now: Script, options: MeaningOptions) {
    this.#options = options;
    this.#old = childrenOf(old, options);
    this.#now = childrenOf(now, options);
  }

  run(): NodeMatches {
    const groups: [ScriptNode | null, ScriptNode | null][] = [[null, null]];
    for (let pair = groups.pop(); pair !== undefined; pair = groups.pop()) {
      const [old, now] = [this.#old.get(pair[0]) ?? [], this.#now.get(pair[1]) ?? []];
      this.#byName(old, now, (node) => `${node.class} ${node.name}`);
      this.#byName(old, now, (node) => node.name);
      this.#byKnobs(old, now);
      this.#byPlace(old, now);
      for (const node of old) {
        const match = this.#matches.get(node);
        if (match && this.#old.has(node)) groups.push([node, match]);
      }
    }
    return this.#matches;
  }

  #pair(old: ScriptNode, now: ScriptNode): void {
    this.#matches.set(old, now);
    this.#taken.add(now);
  }

  /** Of several with one name, the first is the first. */
  #byName(old: readonly ScriptNode[], now: readonly ScriptNode[], key: (node: ScriptNode) => string): void {
    const named = grouped(now.filter((node) => node.name !== "" && !this.#taken.has(node)).reverse(), key);
    for (const node of old) {
      if (node.name === "" || this.#matches.has(node)) continue;
      const match = named.get(key(node))?.pop();
      if (match) this.#pair(node, match);
    }
  }

  /** Nodes without a name that are equal: the first is the first. There may be many, so this comes before they are held against each other. */
  #byKnobs(old: readonly ScriptNode[], now: readonly ScriptNode[]): void {
    const key = (node: ScriptNode): string => JSON.stringify([node.class, ...this.#knobsOf(node)]);
    const equal = grouped(now.filter((node) => node.name === "").reverse(), key);
    for (const node of old) {
      const match = node.name === "" ? equal.get(key(node))?.pop() : undefined;
      if (match) this.#pair(node, match);
    }
  }

  #byPlace(old: readonly ScriptNode[], now: readonly ScriptNode[]): void {
    const places = new Map(now.map((node, place) => [node, place]));
    // Where an old node would stand now: after the last one before it that is still there.
    const expected = new Map<ScriptNode, number>();
    let behind = 0;
    for (const node of old) {
      const match = this.#matches.get(node);
      if (match) behind = (places.get(match) ?? 0) + 1;
      else expected.set(node, behind++);
    }
    const left = grouped(
      now.filter((node) => !this.#taken.has(node)),
      (node) => node.class,
    );
    const gone = grouped([...expected.keys()], (node) => node.class);
    for (const [className, olds] of gone) {
      const news = left.get(className) ?? [];
      const candidates = olds.flatMap((node) => {
        const place = expected.get(node) ?? 0;
        const near = nearest(news, place, olds.length * news.length > MOST_PAIRS, places);
        return near.map((one): Candidate => {
          return {
            old: node,
            now: one,
            alike: this.#alike(node, one),
            distance: Math.abs((places.get(one) ?? 0) - place),
          };
        });
      });
      candidates.sort((a, b) => b.alike - a.alike || a.distance - b.distance);
      for (const { old: before, now: after, alike } of candidates) {
        const nameless = before.name === "" && after.name === "";
        if (alike < ALIKE && !nameless) continue;
        if (!this.#matches.has(before) && !this.#taken.has(after)) this.#pair(before, after);
      }
    }
  }

  /** From 0 to 1: the share of knobs, inputs and nodes inside that are the same. */
  #alike(old: ScriptNode, now: ScriptNode): number {
    const [before, after] = [this.#knobsOf(old), this.#knobsOf(now)];
    let equal = 0;
    let common = 0;
    for (const [name, value] of before) {
      const other = after.get(name);
      if (other === undefined) continue;
      common++;
      if (other === value) equal++;
    }
    let all = before.size + after.size - common;
    const [inputs, inputsNow] = [old, now].map((node) => inputsThatCount(node, this.#options));
    for (let at = 0; at < Math.max(inputs?.length ?? 0, inputsNow?.length ?? 0); at++) {
      const [one, other] = [inputs?.[at] ?? null, inputsNow?.[at] ?? null];
      if (one === null && other === null) continue;
      all++;
      if (one !== null && other !== null && this.#mayBe(one, other)) equal++;
    }
    const [inside, insideNow] = [this.#old.get(old) ?? [], this.#now.get(now) ?? []];
    const names = new Set(inside.map((node) => `${node.class} ${node.name}`));
    const shared = insideNow.filter((node) => names.has(`${node.class} ${node.name}`)).length;
    equal += shared;
    all += inside.length + insideNow.length - shared;
    return all === 0 ? 0 : equal / all;
  }

  /** Known to be the same, or still open and of one class. */
  #mayBe(old: ScriptNode, now: ScriptNode): boolean {
    const match = this.#matches.get(old);
    return match === undefined ? !this.#taken.has(now) && old.class === now.class : match === now;
  }

  #knobsOf(node: ScriptNode): ReadonlyMap<string, string> {
    const known = this.#knobs.get(node) ?? knobsThatCount(node, this.#options);
    this.#knobs.set(node, known);
    return known;
  }
}

function grouped<Key>(nodes: readonly ScriptNode[], key: (node: ScriptNode) => Key): Map<Key, ScriptNode[]> {
  const groups = new Map<Key, ScriptNode[]>();
  for (const node of nodes) {
    const group = groups.get(key(node));
    if (group) group.push(node);
    else groups.set(key(node), [node]);
  }
  return groups;
}

/** Those around a place; `nodes` are in order. */
function nearest(
  nodes: readonly ScriptNode[],
  place: number,
  many: boolean,
  places: ReadonlyMap<ScriptNode, number>,
): readonly ScriptNode[] {
  if (!many) return nodes;
  let [middle, high] = [0, nodes.length];
  while (middle < high) {
    const at = (middle + high) >> 1;
    const node = nodes[at];
    if (node && (places.get(node) ?? 0) < place) middle = at + 1;
    else high = at;
  }
  return nodes.slice(Math.max(0, middle - NEAREST / 2), middle + NEAREST / 2);
}
