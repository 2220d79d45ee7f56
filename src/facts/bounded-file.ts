/** Reads small files that someone else may have put there: never a device or a pipe, never more than a limit, and only once. */
import { messageOf } from "../plan/text/message-of.ts";
import { type Stats, closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";

export type BoundedFile =
  | { readonly kind: "text"; readonly text: string; readonly stats: Stats }
  | { readonly kind: "absent" }
  | { readonly kind: "unusable"; readonly why: string };

export interface ReadLimits {
  /** Bytes. */
  readonly most: number;
  /** A pipe counts too: `--settings <(…)`. */
  readonly pipes?: boolean;
}

/** The text of a file and what it was when it was read. Waits for no one, unless pipes are allowed. */
export function readBoundedFile(file: string, { most, pipes = false }: ReadLimits): BoundedFile {
  let handle: number | null = null;
  try {
    // Opening some devices does something, so the first look comes before.
    const kind = kindOf(statSync(file), pipes);
    if (kind !== null) return { kind: "unusable", why: kind };
    handle = openSync(file, constants.O_RDONLY | (pipes ? 0 : (constants.O_NONBLOCK ?? 0)));
    const stats = fstatSync(handle);
    const why = kindOf(stats, pipes);
    if (why !== null) return { kind: "unusable", why };
    const text = readAtMost(handle, most);
    if (text === null) return { kind: "unusable", why: `it is larger than ${most / 1024 / 1024} MB` };
    return { kind: "text", text, stats };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "absent" };
    return {
      kind: "unusable",
      why: `it cannot be read (${messageOf(error)})`,
    };
  } finally {
    if (handle !== null) closeSync(handle);
  }
}

function kindOf(stats: Stats, pipes: boolean): string | null {
  if (stats.isFile() || (pipes && stats.isFIFO())) return null;
  return stats.isDirectory() ? "it is a folder" : "it is not a regular file";
}

function readAtMost(handle: number, most: number): string | null {
  const buffer = Buffer.alloc(most + 1);
  let length = 0;
  while (length <= most) {
    const read = readSync(handle, buffer, length, buffer.length - length, null);
    if (read === 0) return buffer.toString("utf8", 0, length);
    length += read;
  }
  return null;
}
