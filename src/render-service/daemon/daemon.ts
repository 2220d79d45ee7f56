/** The service's life: lock, socket, jobs, end. */
import { messageOf } from "../../plan/text/message-of.ts";
import { acquireLock } from "../storage/lock.ts";
import type { MainOptions } from "./environment-options.ts";
import { productVersion } from "../protocol/version.ts";
import { ServiceServer } from "./socket-server.ts";
import { Scheduler } from "../scheduler/scheduler.ts";
import { chooseSocket, isListening } from "./socket-path.ts";
import { lockFile, prepareStateFolder, serviceLogFile } from "../storage/state-folder.ts";

/** Runs until it has ended; returns the process's exit code. Returns immediately if another service is already running. */
export async function runService(options: MainOptions): Promise<number> {
  const log = (line: string): void => console.error(`${new Date().toISOString()} [${process.pid}] ${line}`);
  // What no handler caught: the Nukes continue in any case, and so should the service that watches them.
  process.on("uncaughtException", (error) => log(`unexpected: ${error.stack ?? error.message}`));
  process.on("unhandledRejection", (error) => log(`unexpected: ${messageOf(error)}`));

  try {
    return await live(options, log);
  } catch (error) {
    log(`the render service cannot run: ${messageOf(error)}`);
    return 1;
  }
}

async function live(
  { stateFolder, idleMs, timeouts, maxParallel, budgetMB, freeFloorMB, lockHeartbeatMs }: MainOptions,
  log: (line: string) => void,
): Promise<number> {
  await prepareStateFolder(stateFolder);
  // Renders outlive the folder and the terminal the first client was in.
  process.chdir(stateFolder);
  process.on("SIGHUP", () => undefined);
  const socket = await chooseSocket(stateFolder);
  // From here on, for what is laid down to take the lock has to be taken away again: a client ends those it started too many.
  let server: ServiceServer | null = null;
  let asked = false;
  const stop = (): void => {
    asked = true;
    server?.stop().catch((error: unknown) => log(`ending: ${messageOf(error)}`));
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.on(signal, () => {
      log(`${signal}: ending`);
      stop();
    });
  const lock = await acquireLock(lockFile(stateFolder), socket);
  if (lock === null) {
    log("another render service is running; stopping");
    return 0;
  }
  // A service whose lock was damaged or removed renders on; its next client has it write the lock again.
  if (asked || (await isListening(stateFolder))) {
    if (!asked) log("another render service is running, but its lock was lost; stopping");
    await lock.release();
    return 0;
  }
  const service = await Scheduler.open({
    stateFolder,
    timeouts,
    maxParallel,
    budgetMB,
    freeFloorMB,
    lockHeartbeatMs,
    log,
  });
  server = await ServiceServer.listen({
    service,
    identity: { version: productVersion, stateFolder, logFile: serviceLogFile(stateFolder) },
    socket,
    idleMs,
    log,
    release: () => lock.release(),
    repair: () => lock.repair(),
  });
  log(`render service ${productVersion} at ${socket}`);
  if (asked) stop();
  await server.done;
  log("ended");
  return 0;
}
