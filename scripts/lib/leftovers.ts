import { readFileSync, readdirSync } from "node:fs";

export interface Leftover {
  readonly pid: number;
  readonly command: string;
}

/** Processes that were started with a text in their environment (a state folder of a test) and are still there. Only Linux can tell. */
export function processesWith(text: string): Leftover[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/u.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        if (!readFileSync(`/proc/${name}/environ`, "utf8").includes(text)) return [];
        return [
          {
            pid: Number(name),
            command: readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim(),
          },
        ];
      } catch {
        // It ended while it was looked at, or belongs to another user.
        return [];
      }
    });
}
