/** Who is meant by a name, and who names whom. */
import { connectNodes, type VariableUse } from "./connect-nodes.ts";
import { type ExpressionPath, expressionPaths } from "./expression-paths.ts";
import type { Script } from "./script.ts";
import type { ScriptNode } from "./script-node.ts";

/** A node's name where an expression says it. */
export interface NameUse {
  /** Who says it. */
  readonly by: ScriptNode;
  readonly node: ScriptNode;
  readonly start: number;
  readonly end: number;
}

/** A path in an expression that leads to no node. */
export interface DeadPath {
  readonly by: ScriptNode;
  readonly path: ExpressionPath;
}

/** Names of one script, worked out when first asked for. */
export class NodeNames {
  readonly #script: Script;
  readonly #children = new Map<ScriptNode | null, Map<string, ScriptNode>>();
  #uses: NameUse[] | null = null;
  #dead: DeadPath[] = [];
  #variables: VariableUse[] | null = null;

  constructor(script: Script) {
    this.#script = script;
    for (const node of script.nodes) {
      if (node.name === "") continue;
      const names = this.#children.get(node.group) ?? new Map<string, ScriptNode>();
      this.#children.set(node.group, names);
      if (!names.has(node.name)) names.set(node.name, node);
    }
  }

  /** The node of that name in a group (null: at the top). */
  child(group: ScriptNode | null, name: string): ScriptNode | undefined {
    return this.#children.get(group)?.get(name);
  }

  /** Names of the nodes in a group (null: at the top). */
  namesIn(group: ScriptNode | null): Iterable<string> {
    return this.#children.get(group)?.keys() ?? [];
  }

  /** Where a path of names leads from a node: to a node, to the top (null), or nowhere that is known (undefined). */
  walk(by: ScriptNode, names: readonly string[]): ScriptNode | null | undefined {
    const [first = "", ...rest] = names;
    let at = this.#start(by, first);
    for (const name of rest) {
      if (at === undefined) return undefined;
      at = name === "parent" ? at?.group : this.child(at, name);
    }
    return at;
  }

  /** What the first name of a path means. */
  #start(by: ScriptNode, name: string): ScriptNode | null | undefined {
    if (name === "root" || name === "Root") return null;
    if (name === "parent") return by.group;
    if (name === "this") return by;
    if (/^input\d*$/u.test(name)) return by.inputs[Number(name.slice(5) || 0)] ?? undefined;
    return this.child(by.group, name) ?? this.child(by, name) ?? this.child(null, name);
  }

  /** Every place where an expression names a node, in file order of who says it. */
  get uses(): readonly NameUse[] {
    return this.#readUses();
  }

  /** Paths of expressions that name no node of the script. */
  get deadPaths(): readonly DeadPath[] {
    this.#readUses();
    return this.#dead;
  }

  /** Every `set`, `push $…` and `clone $…`, in file order. */
  get variables(): readonly VariableUse[] {
    if (this.#variables) return this.#variables;
    const variables: VariableUse[] = [];
    connectNodes(this.#script.statements, (use) => variables.push(use));
    this.#variables = variables;
    return variables;
  }

  /** Reads all expressions, a few nodes per step, so callers can do other work in between. */
  *prepare(): Generator<void> {
    if (this.#uses) return;
    const uses: NameUse[] = [];
    const dead: DeadPath[] = [];
    for (const [index, by] of this.#script.nodes.entries()) {
      for (const path of expressionPaths(this.#script.text, by)) {
        const found = this.#follow(by, path);
        for (const use of found.uses) uses.push(use);
        if (found.dead) dead.push({ by, path });
      }
      if (index % 50 === 49) yield;
    }
    this.#uses = uses;
    this.#dead = dead;
  }

  #readUses(): readonly NameUse[] {
    for (const _step of this.prepare());
    return this.#uses ?? [];
  }

  /** Follows a path from a node, as Nuke does: `this`, `parent`, `root`, `input`, or the name of a sibling; then names inside. */
  #follow(by: ScriptNode, { parts, certain }: ExpressionPath): { uses: NameUse[]; dead: boolean } {
    const uses: NameUse[] = [];
    const [first] = parts;
    if (!first) return { uses, dead: false };
    // Where the next name is looked for; undefined: nowhere that is known.
    let inside = this.#start(by, first.name);
    let at = 1;
    if (!/^(?:root|Root|parent|this|input\d*)$/u.test(first.name)) {
      if (!inside) return { uses, dead: certain && !isOwnKnob(by, parts) };
      uses.push({ by, node: inside, start: first.start, end: first.end });
    }
    // The last part is a knob, unless a node has its name.
    for (; at < parts.length && inside !== undefined; at++) {
      const part = parts[at];
      if (!part) break;
      if (part.name === "parent") {
        inside = inside?.group;
        continue;
      }
      const next: ScriptNode | undefined = this.child(inside, part.name);
      if (next === undefined) break;
      uses.push({ by, node: next, start: part.start, end: part.end });
      inside = next;
    }
    const lost =
      certain && uses.length === 0 && inside === null && first.name === "parent" && parts.length - at > 1;
    return { uses, dead: lost && !knobParts.has(parts[at + 1]?.name ?? "") };
  }
}

/** `size.w`, `knob.x`: a part of a knob of the node itself, or of a group around it. */
function isOwnKnob(by: ScriptNode, [first, second, ...more]: ExpressionPath["parts"]): boolean {
  const name = first?.name ?? "";
  if (words.has(name) || (more.length === 0 && knobParts.has(second?.name ?? ""))) return true;
  for (let node: ScriptNode | null = by; node !== null; node = node.group)
    if (node.hasKnob(name)) return true;
  return false;
}

/** First words of paths that are no nodes. */
const words = new Set([
  "nuke",
  "knob",
  "topnode",
  "viewer",
  "format",
  "bbox",
  "preferences",
  "Preferences",
  "math",
  "os",
]);
/** Behind a knob's own name, parts of it. */
const knobParts = new Set(
  "x y z r g b a w h u v t n i s size width height left right top bottom area pixel_aspect".split(" "),
);

const known = new WeakMap<Script, NodeNames>();

/** The names of a script; of the same script, the same ones. */
export function namesOf(script: Script): NodeNames {
  const names = known.get(script) ?? new NodeNames(script);
  known.set(script, names);
  return names;
}
