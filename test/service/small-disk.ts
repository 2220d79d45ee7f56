/** A real disk of a few megabytes, where one can be made: as root on Linux. */
import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface SmallDisk {
  readonly folder: string;
  /** Makes it read-only, or lets it be written to again. */
  readOnly(on: boolean): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Null where none can be made; says so. */
export async function smallDisk(
  folder: string,
  megabytes: number,
  untested: string,
): Promise<SmallDisk | null> {
  await mkdir(folder, { recursive: true });
  try {
    if (process.platform !== "linux" || process.getuid?.() !== 0) throw new Error("needs root on Linux");
    await run("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "nuke-render-test", folder]);
  } catch (error) {
    console.log(`UNTESTED HERE: ${untested} (${error instanceof Error ? error.message : "no mount"})`);
    return null;
  }
  return {
    folder,
    async readOnly(on) {
      await run("mount", ["-o", `remount,${on ? "ro" : "rw"}`, folder]);
    },
    async [Symbol.asyncDispose]() {
      // Lazily: a Nuke may still be in it.
      await run("umount", ["-l", folder]);
    },
  };
}
