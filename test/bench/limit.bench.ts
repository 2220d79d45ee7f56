/**
 * Eight Nukes asked for, each really taking 400 MB, in a cgroup of 1.75 GB: the render service in it, which may give Nukes 1.5 GB, and the
 * same split started at once without control.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { renderPlanSchema } from "../../src/plan/render-plan.ts";
import { connectRenderService } from "../../src/render-service/client/connect.ts";
import { runNbr } from "../cli/run-nbr.ts";
import { type MemoryGroup, memoryGroup } from "../service/memory-group.ts";
import { demoPlace } from "./demo-place.ts";

const FRAMES = 32;
const BUDGET_MB = 1536;
const LIMIT_MB = 1792;

export async function run(): Promise<unknown> {
  await using here = await demoPlace("limit", { secondsPerFrame: 0.3, startupSeconds: 0.3, startupMB: 400 });
  const { folder, env } = here;
  const settings = await here.settings({ "nukeRender.memory.budget": `${BUDGET_MB}M` });
  const shape = ["--json", "--split", "8", "--parallel", "8", "--cache", "100M", "--settings", settings];
  const groups: MemoryGroup[] = [];
  for (let made = 0; made < 2; made++) {
    const group = await memoryGroup(LIMIT_MB);
    if (group === null) {
      process.stderr.write(
        "NOT MEASURED HERE: a memory limit held by the kernel (needs a cgroup, as root on Linux)\n",
      );
      for (const other of groups) await other[Symbol.asyncDispose]();
      return [];
    }
    groups.push(group);
  }
  const [ours, theirs] = groups;
  if (!ours || !theirs) return [];
  await using _ = ours;
  await using __ = theirs;

  const runtime = join(folder, "limited");
  const words = [...ours.enter, process.execPath].map((word) => `'${word}'`).join(" ");
  await writeFile(runtime, `#!/bin/sh\nexec ${words} "$@"\n`);
  await chmod(runtime, 0o755);
  // The service that nbr finds is one that lives in the group.
  const client = await connectRenderService({
    stateFolder: env.NUKE_RENDER_STATE_DIR,
    runtime: { path: runtime },
  });
  const controlled = await runNbr(["render", await here.script(FRAMES, "controlled"), ...shape], { env });
  const kills = await ours.kills();
  await client.shutdown({ force: true });
  const lost = FRAMES - (await here.written("controlled"));
  if (controlled.code !== (lost === 0 ? 0 : 1)) throw new Error(controlled.stderr);

  const planned = await runNbr(["plan", await here.script(FRAMES, "free"), ...shape], { env });
  const plan = renderPlanSchema.parse(z.unknown().parse(JSON.parse(planned.stdout)));
  await Promise.all(
    plan.chunks.map(({ argv }) => {
      const [program = "", ...rest] = [...theirs.enter, ...argv];
      const child = spawn(program, rest, {
        cwd: plan.cwd,
        env: { ...env, ...plan.nuke?.env },
        stdio: "ignore",
      });
      return once(child, "close");
    }),
  );
  const rivalLost = FRAMES - (await here.written("free"));
  if (rivalLost === 0) throw new Error("The limit was none: without control nothing was lost.");
  return [
    {
      what: `8 Nukes of 400 MB in ${LIMIT_MB} MB held by the kernel: frames lost of ${FRAMES}; ended by the kernel: ${kills}, ${await theirs.kills()}`,
      measured: `${lost} frames`,
      rival: `without control ${rivalLost} frames`,
      ratio: lost / rivalLost,
      bound: 0,
    },
  ];
}
