/** The place of test pictures: next to the script, unless that place is no good for it. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { demoFolder, isDemoFolder, isInside } from "../../../src/facts/demo-folder.ts";
import { collectFacts } from "../../../src/facts/gather-facts.ts";
import { aWrite, someFacts } from "../plan/plan-facts.ts";

const here = mkdtempSync(join(tmpdir(), "demo folder "));
after(() => rmSync(here, { recursive: true }));

const place = (name: string): string => {
  const folder = join(here, name);
  mkdirSync(folder, { recursive: true });
  return folder;
};
const folderOf = (folder: string, writes = [aWrite()], name = "shot.nk"): Promise<string> =>
  demoFolder({ path: join(folder, name), writes });
const isTemporary = (folder: string): boolean => !isInside(folder, here) && isDemoFolder(folder);

test("next to the script, one for each script", async () => {
  const folder = place("usual");
  assert.equal(await folderOf(folder), join(folder, "nuke-render-demo", "shot"));
  assert.notEqual(await folderOf(folder, [], "a b.nk"), await folderOf(folder, [], "a_b.nk"));
  mkdirSync(await folderOf(folder), { recursive: true });
  assert.equal(await folderOf(folder), join(folder, "nuke-render-demo", "shot"));
});

test("elsewhere where that is a file, a link, a Write's own folder, or would be read as a frame", async () => {
  const [file, link, own, sign] = ["file", "link", "own", "shot #12"].map(place);
  writeFileSync(join(file ?? "", "nuke-render-demo"), "");
  symlinkSync(here, join(link ?? "", "nuke-render-demo"));
  const real = aWrite({ resolvedFile: join(own ?? "", "nuke-render-demo/shot/Write1/a.####.exr") });
  assert.ok(isTemporary(await folderOf(file ?? "")));
  assert.ok(isTemporary(await folderOf(link ?? "")));
  assert.ok(isTemporary(await folderOf(own ?? "", [real])));
  assert.ok(isTemporary(await folderOf(sign ?? "")));
  assert.ok(!/[#%]/u.test(await folderOf(sign ?? "", [], "a#1.nk")));
});

test("facts for the demo renderer have its files; those for a Nuke that is not there say why", async () => {
  const folder = place("facts");
  const script = { ...someFacts().script, path: join(folder, "shot.nk") };
  const wishes = {
    memory: { allowanceMB: 2048 },
    createFolders: false,
    whileRendering: "copy" as const,
    unsaved: false,
    cwd: folder,
    look: { writes: ["Write1"], needed: true },
  };
  const demo = join(folder, "nuke-render-demo", "shot", "Write1");
  mkdirSync(demo, { recursive: true });
  writeFileSync(join(demo, "a.0007.exr"), "x");
  const facts = await collectFacts(script, { ...wishes, nuke: { demo: true } });
  assert.equal(facts.nuke?.env?.NUKE_RENDER_DEMO_FOLDER, join(folder, "nuke-render-demo", "shot"));
  assert.equal(facts.outputs.Write1?.[0]?.folder, demo);
  assert.deepEqual(
    facts.files?.Write1?.map(({ fresh, older }) => `${fresh}${older}`),
    ["7"],
  );
  const none = await collectFacts(script, { ...wishes, nuke: { executables: { "15.1": "/no/Nuke" } } });
  assert.equal(none.nuke, null);
  assert.match(none.nukeTrouble ?? "", /\/no\/Nuke.*nukeRender\.nuke\.executables, "15\.1"/u);
});
