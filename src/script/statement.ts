/** A top-level command of a script: where it stands, and what it says. */
import type { Place } from "./place.ts";
import type { ScriptNode } from "./script-node.ts";

/** `set N1 [stack 0]`, `push $N1`, `end_group`, `version 15.1 v5` …: the words of a command without a body. */
export interface CommandStatement {
  readonly kind: "command";
  readonly place: Place;
  readonly name: string;
  readonly args: readonly string[];
  /** Offsets of words that never close, from the start. */
  readonly unclosed: readonly number[];
}

/** A closing brace too many. */
export interface StrayStatement {
  readonly kind: "stray";
  readonly place: Place;
}

export interface NodeStatement {
  readonly kind: "node";
  readonly place: Place;
  readonly node: ScriptNode;
  /** Its brace is never closed, and nothing inside it explains why. */
  readonly broken: boolean;
  /** Its brace is never closed by Tcl's count. */
  readonly unended: boolean;
}

export type Statement = CommandStatement | StrayStatement | NodeStatement;
