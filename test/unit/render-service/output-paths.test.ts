/** Where the files of a render are, as the file system sees it. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { sharedFrames } from "../../../src/plan/output/output-claims.ts";
import type { RenderPlan } from "../../../src/plan/render-plan.ts";
import { type PathFacts, commonName, outputOf } from "../../../src/render-service/frames/output-paths.ts";
import { fakeJob } from "../../service/fake-nuke.ts";

async function folder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "nbr outputs ")));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

function job(at: string, plan: Partial<RenderPlan>) {
  return fakeJob({ folder: at, frames: at }, "", { range: "1-3", plan });
}

test("links lead to the same files, also where the last folders are still to be made", async () => {
  await using here = await folder();
  await mkdir(join(here.path, "real"));
  await symlink(join(here.path, "real"), join(here.path, "link"));
  for (const below of ["", "new/deep/"]) {
    const [a, b] = await Promise.all(
      ["real", "link"].map((name) =>
        outputOf(job(here.path, { outputFile: join(here.path, name, `${below}a.%04d.exr`) })),
      ),
    );
    assert.ok(a && b);
    assert.deepEqual(sharedFrames(a.claim, b.claim), [1, 2, 3], below);
  }
  await writeFile(join(here.path, "real", "a.mov"), "");
  await symlink("a.mov", join(here.path, "real", "latest.mov"));
  const movies = ["a.mov", "latest.mov"].map((name) =>
    outputOf(job(here.path, { outputFile: join(here.path, "real", name), movie: true })),
  );
  const [movie, latest] = await Promise.all(movies);
  assert.ok(movie && latest);
  assert.deepEqual(sharedFrames(movie.claim, latest.claim), [1, 2, 3]);
});

test("relative names are those of the folder Nuke is started in", async () => {
  await using here = await folder();
  const [a, b] = await Promise.all([
    outputOf(job(here.path, { outputFile: "out/a.%04d.exr" })),
    outputOf(job(here.path, { outputFile: join(here.path, "out", "a.####.exr") })),
  ]);
  assert.deepEqual(sharedFrames(a.claim, b.claim), [1, 2, 3]);
});

test("case counts where the disk tells it apart, and only there", async () => {
  await using here = await folder();
  const facts = (sensitive: boolean): PathFacts => ({
    realpath: (path) => Promise.resolve(path),
    isCaseSensitive: () => Promise.resolve(sensitive),
  });
  for (const sensitive of [true, false]) {
    const [a, b] = await Promise.all(
      ["Out/Ä.%04d.exr", "out/ä.%04d.EXR"].map((name) =>
        outputOf(job(here.path, { outputFile: join("/shows", name) }), facts(sensitive)),
      ),
    );
    assert.ok(a && b);
    assert.deepEqual(sharedFrames(a.claim, b.claim), sensitive ? [] : [1, 2, 3]);
  }
});

test("the real disk is asked whether it tells case apart", async () => {
  await using here = await folder();
  await writeFile(join(here.path, "Probe"), "");
  const sensitive = await realpath(join(here.path, "pROBE")).then(
    () => false,
    () => true,
  );
  const [a, b] = await Promise.all(
    ["a", "A"].map((name) => outputOf(job(here.path, { outputFile: join(here.path, `${name}.%04d.exr`) }))),
  );
  assert.ok(a && b);
  assert.deepEqual(sharedFrames(a.claim, b.claim), sensitive ? [] : [1, 2, 3]);
});

test("one place for each view; the folder is the one above where that has a frame number", async () => {
  const views = ["left", "right"];
  const { places } = await outputOf(job("/none", { outputFile: "/o/%V/a.%04d.exr", views }));
  assert.deepEqual(
    places.map(({ folder: at, name }) => [at, name]),
    [
      [join("/o", "left"), "a.%04d.exr"],
      [join("/o", "right"), "a.%04d.exr"],
    ],
  );
  const [numbered] = (await outputOf(job("/none", { outputFile: "/o/%04d/a.####.exr" }))).places;
  assert.ok(numbered);
  assert.equal(numbered.folder, join("/o"));
  assert.equal(commonName(numbered), join("#", "a.#.exr"));
});

test("a share that does not answer is taken as it is written", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const never: PathFacts = {
    realpath: () => new Promise(() => undefined),
    isCaseSensitive: () => new Promise(() => undefined),
  };
  const looked = outputOf(job("/none", { outputFile: "/o/a.%04d.exr" }), never);
  t.mock.timers.tick(6000);
  assert.deepEqual((await looked).claim.names, ["/o/a.%04d.exr"]);
});
