/** A real memory limit: a cgroup of this machine, where one can be made (as root, version 1 or 2). */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface MemoryGroup {
  /** Words that run what follows them inside the group. */
  readonly enter: readonly string[];
  /** How often the kernel had to end a process of it. */
  kills(): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** @returns null where none can be made. */
export async function memoryGroup(limitMB: number): Promise<MemoryGroup | null> {
  const one = "/sys/fs/cgroup/memory";
  const version1 = existsSync(join(one, "memory.limit_in_bytes"));
  const folder = join(version1 ? one : "/sys/fs/cgroup", `nbr-test-${process.pid}-${randomUUID()}`);
  const bytes = String(limitMB * 1024 * 1024);
  try {
    await mkdir(folder);
    if (version1) await writeFile(join(folder, "memory.limit_in_bytes"), bytes);
    else {
      await writeFile(join(folder, "memory.max"), bytes);
      await writeFile(join(folder, "memory.swap.max"), "0").catch(() => undefined);
    }
  } catch {
    await rmdir(folder).catch(() => undefined);
    return null;
  }
  return {
    enter: ["/bin/sh", "-c", 'echo $$ > "$0" && exec "$@"', join(folder, "cgroup.procs")],
    kills: async () => {
      const text = await readFile(join(folder, version1 ? "memory.oom_control" : "memory.events"), "utf8");
      return Number(/^oom_kill (\d+)$/mu.exec(text)?.[1] ?? 0);
    },
    [Symbol.asyncDispose]: async () => {
      // What was in it is gone a moment after its end was told.
      for (let look = 0; look < 100; look++) {
        try {
          return await rmdir(folder);
        } catch {
          await sleep(50);
        }
      }
    },
  };
}
