/** The environment a job runs in, kept until the job is over: it may hold what is nobody else's business. */
import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";

const environmentSchema = z.record(z.string(), z.string());

/** Keeps it, for this user alone; on disk when this resolves. */
export async function keepEnvironment(folder: string, env: Readonly<Record<string, string>>): Promise<void> {
  const handle = await open(fileIn(folder), "w", 0o600);
  try {
    await handle.writeFile(JSON.stringify(env));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** @throws when it cannot be read */
export async function readEnvironment(folder: string): Promise<Record<string, string>> {
  return environmentSchema.parse(JSON.parse(await readFile(fileIn(folder), "utf8")));
}

/** The job is over. */
export async function removeEnvironment(folder: string): Promise<void> {
  await rm(fileIn(folder), { force: true });
}

function fileIn(folder: string): string {
  return join(folder, "environment.json");
}
