/** A tiny program in place of a warm Nuke (docs/warm-nuke.md): each frame does exactly what a test needs. */
import type { RenderJob } from "../../src/plan/job/job.ts";
import { type JobShape, type Place, fakeJob } from "./fake-nuke.ts";

/**
 * `frame(f)` renders one, or throws what it has failed of; before it, every frame is noted in the file `rendered`, every Nuke in `nukes`.
 * The prelude of `fake-nuke.ts` is there too.
 */
const warm = (frameBody: string): string => `
const fs = require("node:fs"), path = require("node:path");
const out = process.argv.at(-1);
const file = process.argv.find((word) => word.startsWith("commands=")).slice(9);
const say = (text) => fs.writeSync(1, text), complain = (text) => fs.writeSync(2, text);
const write = (frame) => {
  const name = path.join(out, "f." + String(frame).padStart(4, "0") + ".exr");
  fs.writeFileSync(name, "picture " + frame);
  say("Writing " + name + " took 0.01 seconds\\n");
};
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const there = (name) => fs.existsSync(path.join(out, name));
const until = async (name) => { while (!there(name)) await sleep(10); };
const once = (name) => { const first = !there(name); fs.writeFileSync(path.join(out, name), ""); return first; };
const report = (event, more = {}) => say("\\n@@nuke-render-warm " + JSON.stringify({ event, at: Date.now(), ...more }) + "\\n");
(async () => {
  fs.appendFileSync(path.join(out, "nukes"), process.pid + "\\n");
  const render = async (frame) => {${frameBody}};
  report("ready", { seconds: 0, protocol: 1, pid: process.pid, nuke: "15.1v5", python: "3.10" });
  let last = 0, queue = [], ended = false;
  while (!ended) {
    const lines = fs.readFileSync(file, "utf8").split("\\n").slice(0, -1).filter((line) => line !== "");
    for (const { n, do: what, frames } of lines.map((line) => JSON.parse(line))) {
      if (n <= last) continue;
      last = n;
      report("taken", { n });
      if (what === "render") queue.push(...frames.map((frame) => ({ n, frame })));
      if (what === "drop") queue = queue.filter(({ frame }) => !frames.includes(frame));
      if (what === "end") { report("dropped", { n, frames: queue.map(({ frame }) => frame) }); ended = true; }
    }
    if (ended) break;
    const next = queue.shift();
    if (next === undefined) { await sleep(10); continue; }
    report("begin", next);
    fs.appendFileSync(path.join(out, "rendered"), next.frame + "\\n");
    try { await render(next.frame); report("done", { ...next, seconds: 0.01 }); }
    catch (error) { report("failed", { ...next, seconds: 0.01, message: error.message }); }
    say("Total render time: 0.01 seconds\\n");
  }
  report("ended", { n: last, why: "asked" });
})();`;

/** A job whose Nukes stay open, and run `code` for each frame. */
export function warmJob(here: Place, code: string, shape: JobShape): RenderJob {
  const command = { before: [process.execPath, "-e", warm(code), "--"], after: [here.frames] };
  return fakeJob(here, "", { ...shape, plan: { warm: command, ...shape.plan } });
}
