/** Where the render service keeps its socket, its lock, its log and the jobs' logs. */
import { type Stats, existsSync, lstatSync, statSync } from "node:fs";
import { chmod, mkdir, readdir, stat } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { RenderServiceError, errorCode } from "../protocol/errors.ts";

const product = "nuke-background-render";

/**
 * The state folder: `NUKE_RENDER_STATE_DIR`, else the platform's place. On Linux one folder for each machine, because homes
 * are shared over the network there, and a process id or a socket means nothing on another machine.
 */
export function stateFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const given = env.NUKE_RENDER_STATE_DIR;
  if (given !== undefined && given !== "") return resolve(given);
  const home = homedir();
  if (platform === "win32") return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), product);
  if (platform === "darwin") return join(home, "Library", "Application Support", product);
  const { XDG_STATE_HOME: xdg = "" } = env;
  // The XDG base directory rules: a path that is not absolute is to be ignored.
  const base = isAbsolute(xdg) ? xdg : join(home, ".local", "state");
  return join(base, product, hostname());
}

/**
 * Creates the state folder, open to this user alone.
 * @throws {RenderServiceError} `state-folder` when it belongs to another user or holds other files.
 */
export async function prepareStateFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (process.platform === "win32") return;
    await requirePrivate(folder);
  } catch (error) {
    if (error instanceof RenderServiceError) throw error;
    throw new RenderServiceError(
      "state-folder",
      `The folder ${folder} cannot be used: ${String(error)}. Set NUKE_RENDER_STATE_DIR to a folder you can write to.`,
      { cause: error },
    );
  }
}

/** Makes sure that a folder is this user's and closed to others (POSIX only). */
export async function requirePrivate(folder: string): Promise<void> {
  const { uid, mode } = await stat(folder);
  if (!isThisUser(uid)) throw ofAnotherUser(folder);
  if ((mode & 0o077) === 0) return;
  // Closing a folder that holds other things (a home, /tmp) would be felt elsewhere.
  const ours = existsSync(jobsFolder(folder)) || (await readdir(folder)).length === 0;
  if (!ours)
    throw new RenderServiceError(
      "state-folder",
      `The folder ${folder} is open to other users and holds other files. Set NUKE_RENDER_STATE_DIR to an empty folder.`,
    );
  await chmod(folder, 0o700);
}

/**
 * Makes sure, before anything in a state folder is believed, that it is this user's and that no one else writes into it (POSIX only);
 * one that is not there is all right.
 * @throws {RenderServiceError} `state-folder`
 */
export function requireOwnFolder(folder: string): void {
  if (process.platform === "win32") return;
  let found: Stats;
  try {
    found = statSync(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return;
    throw new RenderServiceError("state-folder", `The folder ${folder} cannot be used: ${String(error)}.`, {
      cause: error,
    });
  }
  if (!isThisUser(found.uid)) throw ofAnotherUser(folder);
  if ((found.mode & 0o022) !== 0)
    throw new RenderServiceError(
      "state-folder",
      `Other users can write to the folder ${folder}. Restrict it (chmod 700), or set NUKE_RENDER_STATE_DIR to another folder.`,
    );
}

/**
 * Makes sure that the folder of a socket, which stands where all users may make one, is this user's own and closed, and no link.
 * @throws {RenderServiceError} `state-folder`
 */
export function requireSocketFolder(folder: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  const why =
    found === undefined
      ? "does not exist"
      : found.isSymbolicLink() || !found.isDirectory()
        ? "is not a folder"
        : !isThisUser(found.uid)
          ? "belongs to another user"
          : (found.mode & 0o777) === 0o700
            ? null
            : "is open to other users";
  if (why === null) return;
  throw new RenderServiceError(
    "state-folder",
    `The folder ${folder} for the render service's socket ${why}. Remove it, or set NUKE_RENDER_STATE_DIR to a folder with a shorter path.`,
  );
}

function isThisUser(uid: number): boolean {
  const user = process.getuid?.();
  return user === undefined || uid === user;
}

function ofAnotherUser(folder: string): RenderServiceError {
  return new RenderServiceError(
    "state-folder",
    `The folder ${folder} belongs to another user. Set NUKE_RENDER_STATE_DIR to your own folder.`,
  );
}

/** One folder for each job. */
export function jobsFolder(folder: string): string {
  return join(folder, "jobs");
}

/** What the service itself has to say; clients name it when it cannot be reached. */
export function serviceLogFile(folder: string): string {
  return join(folder, "service.log");
}

/** What earlier renders needed. */
export function historyFile(folder: string): string {
  return join(folder, "history.json");
}

/** For how long jobs that have ended are kept, and how much of their logs. */
export function keepingFile(folder: string): string {
  return join(folder, "keeping.json");
}

/** What people have set for the service that runs. */
export function limitsFile(folder: string): string {
  return join(folder, "limits.json");
}

/** Who the service is, for as long as it runs. */
export function lockFile(folder: string): string {
  return join(folder, "service.lock");
}

/** Which settings files of folders were allowed to decide what runs (`nbr trust`). */
export function trustFile(folder: string): string {
  return join(folder, "trusted-settings.json");
}
