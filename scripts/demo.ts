/**
 * `npm run demo`: the main job from end to end on the demo renderer: every Write of `examples/*.nk` is split and rendered in the
 * background through the render service, with live bars, and ends with a table of chunks. The test pictures go to `examples/nuke-render-demo`.
 */
import { outcomeExitCodes } from "../src/plan/job/exit-codes.ts";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mkdtemp, rm } from "node:fs/promises";
import { followRenders } from "../src/cli/follow-render.ts";
import { ProgressBars } from "../src/cli/progress-bars.ts";
import { printChunks, printEnding } from "../src/cli/summary.ts";
import { processTerminal } from "../src/cli/terminal.ts";
import type { RenderEvent } from "../src/plan/job/events.ts";
import { planRender, stoppers } from "../src/plan/plan-render.ts";
import { connectRenderService } from "../src/render-service/client/connect.ts";
import { readScriptFile } from "../src/script/read-script.ts";
import { scriptFacts } from "../src/script/write-targets.ts";
import { collectFacts } from "../src/facts/gather-facts.ts";
import { createFolder } from "../src/facts/output-folders.ts";

const terminal = processTerminal();
const examples = join(import.meta.dirname, "..", "examples");
// A separate service, so the demo neither shows nor disturbs real renders.
const stateFolder = await mkdtemp(join(tmpdir(), "nuke-render-demo-"));
process.env.NUKE_RENDER_STATE_DIR = stateFolder;
const client = await connectRenderService();
let worst = 0;
try {
  const scripts = (await readdir(examples)).filter((name) => name.endsWith(".nk")).sort();
  for (const name of scripts) {
    if (worst === outcomeExitCodes.cancelled) break;
    worst = Math.max(worst, await renderScript(join(examples, name)));
  }
} finally {
  await client.shutdown({ force: true });
  client.dispose();
  await rm(stateFolder, { recursive: true, force: true });
}
process.exitCode = worst;

/** All enabled Writes of a script, one after the other; returns the worst exit code. */
async function renderScript(path: string): Promise<number> {
  const script = scriptFacts(await readScriptFile(path), path);
  const facts = await collectFacts(script, {
    nuke: { demo: true },
    memory: {},
    createFolders: true,
    whileRendering: "copy",
    unsaved: false,
    cwd: examples,
  });
  let code = 0;
  for (const write of script.writes.filter((one) => !one.disabled && !one.reading)) {
    terminal.out("");
    terminal.out(`${write.name} of ${path}`);
    const plan = planRender(
      {
        script: path,
        write: write.name,
        split: { by: "chunks", count: 4 },
        proxy: "script",
        continueOnError: false,
      },
      facts,
    );
    const stopping = stoppers(plan);
    for (const problem of stopping) terminal.err(problem.message);
    if (stopping.length > 0) return 2;
    for (const { folder, exists } of facts.outputs[write.name] ?? []) if (!exists) await createFolder(folder);
    const bars = new ProgressBars(terminal);
    const show = (event: RenderEvent): void => {
      if (event.type === "queued" || event.type === "progress") bars.show(event.status);
    };
    const [finished] = await followRenders([{ plan }], show, terminal);
    if (!finished) throw new Error("a render ended without an event");
    bars.clear();
    printChunks(finished.status, terminal);
    printEnding(finished.status, terminal);
    code = Math.max(code, outcomeExitCodes[finished.outcome]);
    if (finished.outcome === "cancelled") break;
  }
  return code;
}
