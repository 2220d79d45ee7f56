/** Which program runs the render service. */
import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { promisify } from "node:util";

export interface Runtime {
  readonly path: string;
  /** What has to be in its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The oldest Node the bundles are made for. */
const OLDEST_MAJOR = 20;
/** A Node that does not tell its version in this time (ms) is none. */
const ASK_MS = 5000;

export interface RuntimeFacts {
  readonly platform: NodeJS.Platform;
  readonly execPath: string;
  /** This is an editor's own runtime. */
  readonly electron: boolean;
  /** The folders of PATH. */
  readonly path: string;
}

const here: RuntimeFacts = {
  platform: process.platform,
  execPath: process.execPath,
  electron: process.versions.electron !== undefined,
  path: process.env.PATH ?? "",
};

/**
 * The client's own runtime. On Windows a running program cannot be replaced, and a render service that runs on the editor's own
 * would keep the editor from updating itself for as long as anything renders: there a Node of the machine is preferred.
 */
export async function chooseRuntime(facts: RuntimeFacts = here): Promise<Runtime> {
  if (facts.electron && facts.platform === "win32") {
    const node = await findNode(facts.path);
    if (node !== null) return { path: node };
  }
  return { path: facts.execPath, ...(facts.electron ? { env: { ELECTRON_RUN_AS_NODE: "1" } } : {}) };
}

/** The first Node on PATH that is new enough; never one of the folder we happen to be in. */
async function findNode(path: string): Promise<string | null> {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, process.platform === "win32" ? "node.exe" : "node");
    if (!isAbsolute(folder) || !(await isThere(file))) continue;
    try {
      const { stdout } = await promisify(execFile)(file, ["--version"], {
        timeout: ASK_MS,
        windowsHide: true,
      });
      const major = Number(/^v(\d+)\./u.exec(stdout)?.[1] ?? 0);
      if (major >= OLDEST_MAJOR) return file;
    } catch {
      // Not a Node that works here; perhaps the next one.
    }
  }
  return null;
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
