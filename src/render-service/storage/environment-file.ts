/** The environment a job runs in, kept until the job has ended: it may hold what is no one else's business. */
import { join } from "node:path";
import * as z from "zod/mini";
import { type Damage, StateFile } from "./state-file.ts";

/** In a job's folder. Read returns null where it is lost. */
export function environmentFile(
  folder: string,
  tell: (damage: Damage) => void,
): StateFile<Record<string, string>> {
  const path = join(folder, "environment.json");
  return new StateFile({ path, schema: z.record(z.string(), z.string()), tell });
}
