/** The demo renderer touches no one's frames, whatever its arguments. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { programFile, warmFile } from "../../src/paths.ts";
import { noPython } from "./warm-nuke.ts";

const here = mkdtempSync(join(tmpdir(), "demo renderer "));
after(() => rmSync(here, { recursive: true }));

interface Place {
  readonly folder: string;
  readonly script: string;
  /** Rendered by a real Nuke. */
  readonly real: string;
  readonly demo: string;
}

/** A script with one Write, and its frames 1 to 3 as a Nuke has left them. */
function place(name: string, root = ""): Place {
  const folder = join(here, name);
  const out = join(folder, "out");
  mkdirSync(out, { recursive: true });
  const script = join(folder, "shot.nk");
  const token = name === "views" ? "%V.####" : "####";
  const type = name === "movie" ? "mov" : "png";
  writeFileSync(
    script,
    `Root {\n first_frame 1\n last_frame 3\n format "64 36 0 0 64 36 1 "\n${root}}\nConstant {\n inputs 0\n}\nWrite {\n file "${out.replaceAll("\\", "/")}/f.${type === "mov" ? "mov" : `${token}.png`}"\n file_type ${type}\n create_directories true\n name Write1\n}\n`,
  );
  const names = type === "mov" ? ["f.mov"] : ["f.0001.png", "f.0002.png", "f.0003.png"];
  for (const one of names) writeFileSync(join(out, one), "real");
  return { folder, script, real: out, demo: join(folder, "nuke-render-demo", "shot", "Write1") };
}

function render(
  { script, folder }: Place,
  env: NodeJS.ProcessEnv = {},
  words = ["-x", "-F", "1-3", script],
): number | null {
  writeFileSync(join(here, "profile.json"), "{}");
  return spawnSync(process.execPath, [programFile("demo-renderer"), ...words], {
    cwd: folder,
    env: { ...process.env, NUKE_STANDIN_PROFILE: join(here, "profile.json"), ...env },
  }).status;
}

/** All of them, as they were. */
function assertUntouched({ real }: Place): void {
  for (const name of readdirSync(real)) assert.equal(readFileSync(join(real, name), "utf8"), "real", name);
}

test("frames and movies that are there stay, and the pictures are next to the script", () => {
  const frames = place("frames");
  assert.equal(render(frames), 0);
  assertUntouched(frames);
  assert.deepEqual(readdirSync(frames.demo), ["f.0001.png", "f.0002.png", "f.0003.png"]);
  const movie = place("movie");
  assert.equal(render(movie), 0);
  assertUntouched(movie);
  assert.deepEqual(readdirSync(movie.demo), ["f.mov"]);
});

test("a folder from outside is taken only when it is one of test pictures", () => {
  const one = place("given");
  for (const folder of [one.real, join(one.folder, "nuke-render-demo", "..", "out"), "out", "/"])
    assert.equal(render(one, { NUKE_RENDER_DEMO_FOLDER: folder }), 1, folder);
  assertUntouched(one);
  assert.ok(!existsSync(join(one.folder, "nuke-render-demo")));
  assert.equal(render(one, { NUKE_RENDER_DEMO_FOLDER: join(one.folder, "nuke-render-demo", "copy") }), 0);
  assert.equal(readdirSync(join(one.folder, "nuke-render-demo", "copy", "Write1")).length, 3);
});

test("links in the demo folder lead to no frame", () => {
  const one = place("links");
  mkdirSync(one.demo, { recursive: true });
  symlinkSync(join(one.real, "f.0001.png"), join(one.demo, "f.0001.png"));
  linkSync(join(one.real, "f.0002.png"), join(one.demo, "f.0002.png"));
  assert.equal(render(one), 0);
  assertUntouched(one);
  assert.ok(lstatSync(join(one.demo, "f.0001.png")).isFile());

  const folder = place("linked folder");
  mkdirSync(join(folder.demo, ".."), { recursive: true });
  symlinkSync(folder.real, folder.demo);
  assert.equal(render(folder), 1);
  assertUntouched(folder);
});

test("a demo folder that is a link is not used, by itself or when it is named", () => {
  const one = place("linked top");
  symlinkSync(one.real, join(one.folder, "nuke-render-demo"));
  const env = { TMPDIR: one.folder, TMP: one.folder, TEMP: one.folder };
  assert.equal(render(one, env), 0);
  assert.equal(render(one, { NUKE_RENDER_DEMO_FOLDER: join(one.folder, "nuke-render-demo", "shot") }), 1);
  assertUntouched(one);
  assert.equal(readdirSync(one.real).length, 3);
});

test("a view that is called like a way out of the folder writes nothing", () => {
  const one = place("views", ' views "../../../out/f #ff0000"\n');
  assert.equal(render(one), 1);
  assertUntouched(one);
});

test("nuke.execute of a Python file writes into the demo folder", { skip: noPython() }, () => {
  const one = place("python");
  const file = join(one.folder, "run.py");
  writeFileSync(
    file,
    `import nuke\nnuke.scriptOpen(${JSON.stringify(one.script)})\nnuke.execute("Write1", 1, 3)\n`,
  );
  assert.ok(existsSync(warmFile()));
  assert.equal(render(one, {}, ["-t", file]), 0);
  assertUntouched(one);
  assert.equal(readdirSync(one.demo).length, 3);
});
