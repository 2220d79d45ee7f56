/** Where the socket of a state folder can be. Known without the lock file, for that may be damaged while its service runs. */
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { requireSocketFolder } from "./state-folder.ts";

/** Bytes; sun_path holds 104 on macOS, 108 on Linux. */
const LONGEST_SOCKET_PATH = 100;

/** The paths that fit, the first one to be used. None on Windows, where names are random so that no one can take them first. */
export function socketPaths(stateFolder: string, env: NodeJS.ProcessEnv = process.env): string[] {
  if (process.platform === "win32") return [];
  const own = join(stateFolder, "service.sock");
  if (fits(own)) return [own];
  const name = `nbr-${process.getuid?.() ?? 0}-${socketDigest(stateFolder)}`;
  const bases = [env.XDG_RUNTIME_DIR ?? "", tmpdir(), "/tmp"].filter((base) => base !== "");
  return [...new Set(bases.map((base) => join(base, name, "s")))].filter((path) => fits(path));
}

/** Those of them that no other user can have put there. */
export function ownSocketPaths(stateFolder: string): string[] {
  return socketPaths(stateFolder).filter((path) => {
    if (dirname(path) === stateFolder) return true;
    try {
      requireSocketFolder(dirname(path));
      return true;
    } catch {
      return false;
    }
  });
}

/** Names a state folder in few letters. */
export function socketDigest(stateFolder: string): string {
  return createHash("sha256").update(stateFolder).digest("hex").slice(0, 16);
}

function fits(path: string): boolean {
  return Buffer.byteLength(path) <= LONGEST_SOCKET_PATH;
}
