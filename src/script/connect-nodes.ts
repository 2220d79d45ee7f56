/** Runs a script's commands on Nuke's stack, as Nuke does: which node feeds which, and which group holds it. */
import type { ScriptNode } from "./script-node.ts";
import { Stack } from "./stack.ts";
import type { CommandStatement, NodeStatement, Statement } from "./statement.ts";

export interface Connected {
  readonly version: string | null;
  readonly root: ScriptNode | null;
  readonly nodes: readonly ScriptNode[];
}

/** A command that names a variable of the stack. */
export interface VariableUse {
  readonly statement: CommandStatement | NodeStatement;
  readonly kind: "set" | "push" | "clone";
  /** Without its dollar sign. */
  readonly variable: string;
  /** The node it holds; null: none. */
  readonly node: ScriptNode | null;
  /** It was set before. */
  readonly known: boolean;
}

/** Tells every node its connections; and `told`, who names which variable. */
export function connectNodes(statements: readonly Statement[], told?: (use: VariableUse) => void): Connected {
  const groups = groupsThatEnd(statements);
  const stack = new Stack();
  const nodes: ScriptNode[] = [];
  /** What `clone node1|Read|7 Read {` names, by that word. */
  const named = new Map<string, ScriptNode>();
  let version: string | null = null;
  let root: ScriptNode | null = null;
  for (const statement of statements) {
    if (statement.kind === "command") {
      const { name, args } = statement;
      const [first = ""] = args;
      if (name === "push") {
        stack.push(first === "" ? "0" : first);
        if (told && first.startsWith("$")) told({ statement, kind: "push", ...stack.look(first) });
      } else if (name === "set") {
        stack.set(first, args[1] ?? "");
        told?.({ statement, kind: "set", ...stack.look(first) });
      } else if (name === "end_group") stack.leaveGroup();
      else if (name === "version") version = args.join(" ");
    } else if (statement.kind === "node") {
      const { node } = statement;
      const [name = "", which = "", classOfClone] = node.head;
      const isClone = name === "clone";
      const cloneOf = isClone
        ? cloned(which.startsWith("$") ? stack.variable(which) : (named.get(which) ?? null))
        : null;
      if (told && isClone && which.startsWith("$")) told({ statement, kind: "clone", ...stack.look(which) });
      const className = isClone ? (cloneOf?.class ?? classOfClone ?? "clone") : name;
      const { group } = stack;
      if (className === "Root") {
        node.connect({ class: className, group: null, inputs: [], cloneOf: null });
        root = node;
        continue;
      }
      const connected = !isOffStack(className);
      const inputs = connected ? stack.pop(node.inputCount) : [];
      node.connect({ class: className, group, inputs, cloneOf });
      if (isClone && node.head.length > 2 && !named.has(which)) named.set(which, node);
      nodes.push(node);
      if (!connected) continue;
      stack.add(node);
      if (groups.has(statement)) stack.enterGroup(node);
    }
  }
  return { version, root, nodes };
}

/**
 * The nodes that open a group, each with the `end_group` that ends it; null where the text ends first. A LiveGroup that is only linked
 * has no `end_group` and opens no group.
 */
export function groupsThatEnd(statements: readonly Statement[]): Map<NodeStatement, CommandStatement | null> {
  const open: { statement: NodeStatement; certain: boolean }[] = [];
  const groups = new Map<NodeStatement, CommandStatement | null>();
  for (const statement of statements) {
    if (statement.kind === "node") {
      const [name] = statement.node.head;
      if (name === "Group" || name === "Gizmo") open.push({ statement, certain: true });
      else if (name === "LiveGroup" || name === "Precomp") open.push({ statement, certain: false });
    } else if (statement.kind === "command" && statement.name === "end_group") {
      const opened = open.pop();
      if (opened) groups.set(opened.statement, statement);
    }
  }
  for (const { statement, certain } of open) if (certain) groups.set(statement, null);
  return groups;
}

/** Clones of clones of clones: what is deeper is a clone of what is as deep as this. */
const DEEPEST_CLONE = 20;

function cloned(node: ScriptNode | null): ScriptNode | null {
  let depth = 0;
  for (let one = node; one !== null; one = one.cloneOf) depth++;
  return depth > DEEPEST_CLONE ? (node?.cloneOf ?? null) : node;
}

/** Settings of the program that are in scripts like nodes and connect to nothing. */
function isOffStack(className: string): boolean {
  return className === "Preferences";
}
