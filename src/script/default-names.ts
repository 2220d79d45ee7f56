import type { ScriptNode } from "./script-node.ts";

/** Names, with Nuke's own (`Write1`) for nodes that have none: the class and the first number that is free in the group. */
export class GivenNames {
  readonly #taken = new Map<ScriptNode | null, Set<string>>();
  readonly #given = new Map<ScriptNode, string>();
  /** Of each class in a group, the last number given: the search continues from there. */
  readonly #numbers = new Map<Set<string>, Map<string, number>>();

  /** `wanted`: the nodes that are to have a name. */
  constructor(nodes: readonly ScriptNode[], wanted: (node: ScriptNode) => boolean = () => true) {
    const nameless = nodes.filter((node) => node.name === "" && wanted(node));
    if (nameless.length === 0) return;
    for (const node of nodes) this.#namesIn(node.group).add(node.name);
    for (const node of nameless) this.#given.set(node, this.#free(node));
  }

  /** `Write1`. */
  name(node: ScriptNode): string {
    return this.#given.get(node) ?? node.name;
  }

  /** `Group1.Write1`. */
  fullName(node: ScriptNode): string {
    return node.parent === "" ? this.name(node) : `${node.parent}.${this.name(node)}`;
  }

  #free(node: ScriptNode): string {
    const names = this.#namesIn(node.group);
    const numbers = this.#numbers.get(names) ?? new Map<string, number>();
    this.#numbers.set(names, numbers);
    let number = (numbers.get(node.class) ?? 0) + 1;
    while (names.has(`${node.class}${number}`)) number++;
    names.add(`${node.class}${number}`);
    numbers.set(node.class, number);
    return `${node.class}${number}`;
  }

  #namesIn(group: ScriptNode | null): Set<string> {
    const known = this.#taken.get(group) ?? new Set<string>();
    this.#taken.set(group, known);
    return known;
  }
}
