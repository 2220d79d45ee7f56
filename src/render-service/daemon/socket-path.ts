/**
 * Where clients meet the render service: a socket that only this user can open. The service chooses it and writes it into
 * its lock file, so clients whose TMPDIR or XDG_RUNTIME_DIR differ find it all the same.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { RenderServiceError, errorCode } from "../protocol/errors.ts";
import { requireSocketFolder } from "../storage/state-folder.ts";

/** Bytes; sun_path holds 104 on macOS, 108 on Linux. */
const LONGEST_SOCKET_PATH = 100;

/** The address of a service that is about to start; creates and checks the socket's own folder where one is needed. */
export async function chooseSocket(
  stateFolder: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  if (process.platform === "win32") {
    // Pipes of all users share one name space: a name that cannot be guessed cannot be taken first by somebody else.
    const user = userInfo().username.replaceAll(/\W/gu, "_");
    return `\\\\.\\pipe\\nuke-background-render-${user}-${digest(stateFolder)}-${randomBytes(8).toString("hex")}`;
  }
  const beside = join(stateFolder, "service.sock");
  if (fits(beside)) return beside;
  const name = `nbr-${process.getuid?.() ?? 0}-${digest(stateFolder)}`;
  const folders = [env.XDG_RUNTIME_DIR ?? "", tmpdir(), "/tmp"]
    .filter((base) => base !== "")
    .map((base) => join(base, name))
    .filter((candidate) => fits(join(candidate, "s")));
  for (const folder of folders) {
    try {
      await mkdir(folder, { mode: 0o700 });
    } catch (error) {
      // There is no such base here, or it may not be written to: the next one.
      if (errorCode(error) !== "EEXIST") continue;
    }
    requireSocketFolder(folder);
    return join(folder, "s");
  }
  throw new RenderServiceError(
    "state-folder",
    `The path ${stateFolder} is too long for a socket. Set NUKE_RENDER_STATE_DIR to a shorter one.`,
  );
}

function fits(path: string): boolean {
  return Buffer.byteLength(path) <= LONGEST_SOCKET_PATH;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
