/** The saved copy of a script that was not saved when its render began. */
import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import type { RenderJob } from "../plan/job.ts";

/** Removes it when its job is over: only what was rendered from, and never what the artist works on. */
export async function removeScriptCopy({ temporaryScript, source, plan }: RenderJob): Promise<void> {
  if (temporaryScript === undefined) return;
  const copy = resolve(temporaryScript);
  if (copy !== resolve(plan.script) || source === undefined || copy === resolve(source)) return;
  await rm(copy, { force: true }).catch(() => undefined);
}
