import { connectNodes } from "./connect-nodes.ts";
import { countLines, readAll } from "./read-statements.ts";
import type { ScriptNode } from "./script-node.ts";
import type { Source } from "./place.ts";
import type { Statement } from "./statement.ts";
import { StringPool } from "./string-pool.ts";

/** Something that could not be read, and where it begins. */
export interface ScriptProblem {
  /** From 1. */
  readonly line: number;
  /** Offset in the text. */
  readonly offset: number;
  readonly code: "unclosed-brace" | "unclosed-quote" | "stray-brace";
  readonly message: string;
}

/** More are useless, and each costs time. */
const MOST_PROBLEMS = 1000;

/** A script as it is written: its nodes in file order and how they are connected. */
export interface Script {
  readonly text: string;
  /** `15.1 v5`; null without a version line. */
  readonly version: string | null;
  readonly root: ScriptNode | null;
  /** Without Root; in file order. */
  readonly nodes: readonly ScriptNode[];
  readonly statements: readonly Statement[];
  readonly problems: readonly ScriptProblem[];
}

/** Reads a script. No text is so broken that this throws. */
export function readScript(text: string): Script {
  const source = sourceOf(text);
  const pool = new StringPool();
  return scriptFrom(source, readAll(source, (word) => pool.keep(word)).statements);
}

/** The same, for those who wait for it. */
export function parseScript(text: string): Promise<Script> {
  return Promise.resolve(readScript(text));
}

export function sourceOf(text: string): Source {
  return { text, onlyLineFeeds: !text.includes("\r") || !/\r(?!\n)/u.test(text) };
}

/** The script that these statements make up, in the order they are in. */
export function scriptFrom(source: Source, statements: readonly Statement[]): Script {
  const { version, root, nodes } = connectNodes(statements);
  return {
    text: source.text,
    version,
    root,
    nodes,
    statements,
    problems: problemsOf(source.text, statements),
  };
}

function problemsOf(text: string, statements: readonly Statement[]): ScriptProblem[] {
  const problems: ScriptProblem[] = [];
  const unclosed = (statement: Statement, offsets: readonly number[]): void => {
    let { start: counted, line } = statement.place;
    for (const relative of offsets) {
      if (problems.length >= MOST_PROBLEMS) return;
      const offset = statement.place.start + relative;
      line += countLines(text, counted, offset);
      counted = offset;
      const brace = text.charAt(offset) === "{";
      problems.push({
        line,
        offset,
        code: brace ? "unclosed-brace" : "unclosed-quote",
        message: `This ${brace ? '"{"' : "quote"} is never closed.`,
      });
    }
  };
  for (const statement of statements) {
    if (problems.length >= MOST_PROBLEMS) break;
    const { place } = statement;
    if (statement.kind === "stray") {
      problems.push({
        line: place.line,
        offset: place.start,
        code: "stray-brace",
        message: 'There is a "}" too many.',
      });
    } else if (statement.kind === "command") {
      if (statement.unclosed.length > 0) unclosed(statement, statement.unclosed);
    } else {
      if (statement.broken) {
        problems.push({
          line: place.line,
          offset: place.start,
          code: "unclosed-brace",
          message: 'The "{" of this node is never closed.',
        });
      }
      if (statement.node.unclosed.length > 0) unclosed(statement, statement.node.unclosed);
    }
  }
  return problems;
}
