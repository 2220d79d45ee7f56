/** A top-level command of a script: where it stands, and what it says. */
import type { ScriptNode } from "./script-node.ts";

/** The text all statements of a script stand in. An edit replaces it and moves the statements. */
export interface Source {
  text: string;
  /** No CR ends a line by itself. */
  onlyLineFeeds: boolean;
}

/** Where a statement stands. Offsets and lines move with edits before it. */
export class Place {
  /** Offset of the first character. */
  start: number;
  /** Offset behind the last character. */
  end: number;
  /** Of the first character, from 1. */
  line: number;

  constructor(start: number, end: number, line: number) {
    this.start = start;
    this.end = end;
    this.line = line;
  }

  /** Something before it became longer or shorter. */
  move(characters: number, lines: number): void {
    this.start += characters;
    this.end += characters;
    this.line += lines;
  }
}

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
