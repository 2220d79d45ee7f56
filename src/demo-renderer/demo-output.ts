/** Where the demo renderer may write: into its own folder and nowhere else, whatever its arguments. */
import { messageOf } from "../plan/text/message-of.ts";
import { type Stats, lstatSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { demoFolder, isDemoFolder, isInside } from "../facts/demo-folder.ts";
import { DEMO_FOLDER_VARIABLE, demoScript } from "../plan/output/demo-output.ts";
import type { ScriptFacts, WriteTarget } from "../plan/target.ts";

/** An error Nuke reports on a node, with a time stamp. */
export class NodeError extends Error {
  readonly reason = "node";
}

/** The files that a render of one script may write. */
export interface Output {
  /** The script, with the files its Writes write. */
  readonly facts: ScriptFacts;
  /** Where the files go, for people; null: where the Writes say. */
  readonly folder: string | null;
  /** Sees to it that a file of a Write can be written. @throws {NodeError} */
  prepare(write: WriteTarget, path: string): void;
}

/** Chooses the output of a script that was opened. */
export type Outputs = (facts: ScriptFacts) => Promise<Output>;

/** The folder for test pictures is none; nothing is written. */
export class DemoFolderError extends Error {
  readonly reason = "demo-folder";
  constructor(folder: string) {
    super(
      `The demo renderer writes only to its own folders, and "${folder}" (${DEMO_FOLDER_VARIABLE}) is not one of them.`,
    );
    this.name = "DemoFolderError";
  }
}

/** The output of the demo renderer: the folder the plan names, else the one that a plan would name. */
export function demoOutputs(env: NodeJS.ProcessEnv): Outputs {
  return async (facts) => {
    const folder = env[DEMO_FOLDER_VARIABLE] ?? (await demoFolder(facts));
    if (!isDemoFolder(folder)) throw new DemoFolderError(folder);
    return {
      facts: demoScript(facts, folder),
      folder,
      prepare: (write, path) => makeRoom(write, resolve(path), folder),
    };
  };
}

/** Makes the folders of a file, none of which may be a link, and removes what lies there: it may be a link to a frame. */
function makeRoom({ name }: WriteTarget, path: string, folder: string): void {
  const refuse = (why: string): NodeError =>
    new NodeError(`${name}: the demo renderer does not write ${path}: ${why}`);
  if (!isInside(path, folder)) throw refuse(`it is not in ${folder}`);
  const top = dirname(folder);
  let at = dirname(top);
  try {
    for (const part of relative(at, dirname(path)).split(sep)) {
      at = join(at, part);
      if (!isFolder(at)) throw refuse(`${at} is not a folder`);
    }
    rmSync(path, { force: true });
  } catch (error) {
    throw error instanceof NodeError ? error : refuse(messageOf(error));
  }
}

/** Makes a folder where there is nothing; false where there is something else, a link to a folder too. */
function isFolder(path: string): boolean {
  const found = statusOf(path);
  if (found !== null) return found.isDirectory();
  // Another Nuke of the same render may be faster.
  mkdirSync(path, { recursive: true });
  if (basename(path).startsWith("nuke-render-demo")) keepOutOfGit(path);
  return statusOf(path)?.isDirectory() ?? false;
}

function statusOf(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}

/** Test pictures are nothing to commit. */
function keepOutOfGit(folder: string): void {
  try {
    writeFileSync(join(folder, ".gitignore"), "# Test pictures of the demo renderer.\n*\n", { flag: "wx" });
  } catch {
    // There is one already.
  }
}
