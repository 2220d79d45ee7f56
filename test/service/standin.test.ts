/** The service with the stand-in as its Nuke, by name and version as a Nuke is installed. */
import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { decode as decodePng } from "fast-png";
import { readFile } from "node:fs/promises";
import { runNbr } from "../cli/run-nbr.ts";
import { installStandin } from "../standin/install.ts";
import { place } from "./fake-nuke.ts";

test("a Nuke in a folder with blanks renders a split range; its log is kept; memory is measured", async () => {
  await using here = await place("stand-in $(x)");
  const nuke = await installStandin(join(here.folder, "Nuke 15.1v5"));
  const profile = join(here.folder, "profile.json");
  await writeFile(
    profile,
    JSON.stringify({ secondsPerFrame: 0.3, memoryPerFrameMB: 200, stderrNoise: true, noiseLines: 3 }),
  );
  const script = join(here.folder, "shot.nk");
  await writeFile(
    script,
    `version 15.1 v5\nRoot {\n format "64 36 0 0 64 36 1 "\n}\nConstant {\n inputs 0\n name C\n}\nWrite {\n file frames/f.%03d.png\n file_type png\n name Write1\n}\n`,
  );
  const { code, stderr } = await runNbr(
    [
      "render",
      script,
      "--range",
      "1-8",
      "--split",
      "4",
      "--parallel",
      "2",
      "--nuke",
      nuke,
      "--cache",
      "100M",
    ],
    {
      cwd: here.folder,
      env: { ...process.env, NUKE_STANDIN_PROFILE: profile, NUKE_RENDER_STATE_DIR: here.state },
    },
  );
  assert.equal(code, 0, stderr);
  const files = await readdir(here.frames);
  assert.equal(files.length, 8);
  for (const file of files) assert.equal(decodePng(await readFile(join(here.frames, file))).width, 64);

  const client = await here.connect();
  const [job] = await client.jobs();
  assert.ok(job);
  assert.equal(job.demo, false);
  assert.deepEqual(job.doneRanges, ["1-8"]);
  // Two Nukes at once, each with 200 MB in addition to the runtime's.
  assert.ok(job.peakMB > 450 && job.peakMB < 1200, `${job.peakMB} MB`);
  for (const chunk of job.chunks) assert.ok(chunk.peakMB > 225, `chunk ${chunk.index}: ${chunk.peakMB} MB`);
  client.dispose();
});
