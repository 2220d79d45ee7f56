/** Two scripts compared by meaning: what a person changed, not which lines of text moved. */
import { GivenNames } from "./default-names.ts";
import { matchNodes } from "./match-nodes.ts";
import {
  type MeaningOptions,
  countsNode,
  inputsThatCount,
  knobsThatCount,
  otherCommands,
} from "./significance.ts";
import type { Script } from "./script.ts";
import type { ScriptNode } from "./script-node.ts";

/** Values as Nuke reads them; null: not written. */
export interface KnobChange {
  readonly knob: string;
  readonly old: string | null;
  readonly new: string | null;
}

export interface NodeLabel {
  /** Full name, `Group1.Write1`; Nuke's own for a node that has none. */
  readonly name: string;
  readonly class: string;
  /** Of its script, from 1. */
  readonly line: number;
}

export interface Rewiring {
  readonly name: string;
  readonly class: string;
  /** Names of what feeds it, first input first; null: nothing. */
  readonly old: readonly (string | null)[];
  readonly new: readonly (string | null)[];
}

/** Names of nodes that are in both scripts are those of the new one. */
export interface ScriptDifference {
  readonly version: { readonly old: string | null; readonly new: string | null } | null;
  readonly root: readonly KnobChange[];
  /** Those inside groups too, in file order. */
  readonly added: readonly NodeLabel[];
  readonly removed: readonly NodeLabel[];
  readonly renamed: readonly { readonly class: string; readonly old: string; readonly new: string }[];
  /** Another class under the same name. */
  readonly reclassed: readonly { readonly name: string; readonly old: string; readonly new: string }[];
  /** A clone of another node, or no longer a clone. */
  readonly recloned: readonly {
    readonly name: string;
    readonly old: string | null;
    readonly new: string | null;
  }[];
  readonly rewired: readonly Rewiring[];
  readonly changed: readonly {
    readonly name: string;
    readonly class: string;
    readonly knobs: readonly KnobChange[];
  }[];
  /** Commands that are neither nodes nor connections, such as `add_layer {…}`. */
  readonly commands: { readonly added: readonly string[]; readonly removed: readonly string[] };
}

/** What has to be done to `old` to have `now`. Nodes are matched by full name, then by class and place. */
export function compareScripts(old: Script, now: Script, options: MeaningOptions = {}): ScriptDifference {
  const matches = matchNodes(old, now, options);
  const [oldNames, newNames] = [new GivenNames(old.nodes), new GivenNames(now.nodes)];
  const kept = new Set(matches.values());
  const pairs = [...matches].sort(([, a], [, b]) => a.place.start - b.place.start);
  const same = (before: ScriptNode | null, after: ScriptNode | null): boolean =>
    before === null ? after === null : matches.get(before) === after;
  const [oldCommands, newCommands] = [otherCommands(old, options), otherCommands(now, options)];

  return {
    version: old.version === now.version ? null : { old: old.version, new: now.version },
    root: changedKnobs(old.root, now.root, options),
    added: now.nodes
      .filter((node) => !kept.has(node) && countsNode(node, options))
      .map((node) => label(newNames, node)),
    removed: old.nodes
      .filter((node) => !matches.has(node) && countsNode(node, options))
      .map((node) => label(oldNames, node)),
    // A node without a name was not renamed, nor was a node in a group that was renamed.
    renamed: pairs
      .filter(([before, after]) => before.name !== after.name)
      .map(([before, after]) => ({
        class: after.class,
        old: oldNames.fullName(before),
        new: newNames.fullName(after),
      })),
    reclassed: pairs
      .filter(([before, after]) => before.class !== after.class)
      .map(([before, after]) => ({ name: newNames.fullName(after), old: before.class, new: after.class })),
    recloned: pairs
      .filter(([before, after]) => !same(before.cloneOf, after.cloneOf))
      .map(([before, after]) => ({
        name: newNames.fullName(after),
        old: before.cloneOf && oldNames.fullName(before.cloneOf),
        new: after.cloneOf && newNames.fullName(after.cloneOf),
      })),
    rewired: pairs.flatMap(([before, after]) => {
      const [inputs, inputsNow] = [inputsThatCount(before, options), inputsThatCount(after, options)];
      const equal =
        inputs.length === inputsNow.length && inputs.every((input, at) => same(input, inputsNow[at] ?? null));
      if (equal) return [];
      const { name, class: className } = label(newNames, after);
      return {
        name,
        class: className,
        old: inputNames(inputs, oldNames),
        new: inputNames(inputsNow, newNames),
      };
    }),
    changed: pairs.flatMap(([before, after]) => {
      const knobs = changedKnobs(before, after, options);
      return knobs.length === 0 ? [] : { name: newNames.fullName(after), class: after.class, knobs };
    }),
    commands: { added: without(newCommands, oldCommands), removed: without(oldCommands, newCommands) },
  };
}

function label(names: GivenNames, node: ScriptNode): NodeLabel {
  return { name: names.fullName(node), class: node.class, line: node.place.line };
}

export function isEqual(difference: ScriptDifference): boolean {
  const { version, commands, ...lists } = difference;
  return (
    version === null &&
    commands.added.length + commands.removed.length === 0 &&
    Object.values(lists).every((list) => list.length === 0)
  );
}

function inputNames(inputs: readonly (ScriptNode | null)[], names: GivenNames): (string | null)[] {
  return inputs.map((input) => input && names.fullName(input));
}

function changedKnobs(
  before: ScriptNode | null,
  after: ScriptNode | null,
  options: MeaningOptions,
): KnobChange[] {
  const [old, now] = [knobsThatCount(before, options), knobsThatCount(after, options)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((knob) => ({ knob, old: old.get(knob) ?? null, new: now.get(knob) ?? null }))
    .filter((change) => change.old !== change.new);
}

/** The elements of one list that another lacks, as often as it lacks them. */
function without(list: readonly string[], other: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const one of other) counts.set(one, (counts.get(one) ?? 0) + 1);
  return list.filter((one) => {
    const count = counts.get(one) ?? 0;
    counts.set(one, count - 1);
    return count <= 0;
  });
}
