/**
 * Where clients meet the render service: a socket that only this user can open. The service chooses it and writes it into
 * its lock file, so clients with a different TMPDIR or XDG_RUNTIME_DIR find it, too.
 */
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { dirname } from "node:path";
import { RenderServiceError, errorCode } from "../protocol/errors.ts";
import { ownSocketPaths, socketDigest, socketPaths } from "../storage/socket-paths.ts";
import { requireSocketFolder } from "../storage/state-folder.ts";

/** The address of a service that is about to start; creates and checks the socket's own folder where one is needed. */
export async function chooseSocket(
  stateFolder: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  if (process.platform === "win32") {
    // Pipes of all users share one namespace: another user cannot take a name first that cannot be guessed.
    const user = userInfo().username.replaceAll(/\W/gu, "_");
    return `\\\\.\\pipe\\nuke-background-render-${user}-${socketDigest(stateFolder)}-${randomBytes(8).toString("hex")}`;
  }
  for (const path of socketPaths(stateFolder, env)) {
    const folder = dirname(path);
    if (folder === stateFolder) return path;
    try {
      await mkdir(folder, { mode: 0o700 });
    } catch (error) {
      // There is no such base here, or it may not be written to: the next one.
      if (errorCode(error) !== "EEXIST") continue;
    }
    requireSocketFolder(folder);
    return path;
  }
  throw new RenderServiceError(
    "state-folder",
    `The path ${stateFolder} is too long for a socket. Set NUKE_RENDER_STATE_DIR to a shorter one.`,
  );
}

/** Whether some process listens where the service of a state folder would. One that was stopped does, too. */
export async function isListening(stateFolder: string): Promise<boolean> {
  const paths = ownSocketPaths(stateFolder);
  const found = await Promise.all(
    paths.map(
      (path) =>
        new Promise<boolean>((resolve) => {
          const socket = connect(path);
          socket.once("connect", () => {
            socket.destroy();
            resolve(true);
          });
          socket.once("error", () => resolve(false));
        }),
    ),
  );
  return found.includes(true);
}
