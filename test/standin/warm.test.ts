/** src/warm/warm_nuke.py in real processes: the stand-in, a real Python, a command file. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { appendFile, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before as beforeAll, suite, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { decode as decodePng } from "fast-png";
import { installStandin } from "./install.ts";
import { WarmNuke, type WarmShape, findPython2, gone, isAlive, noPython } from "./warm-nuke.ts";

const folder = mkdtempSync(join(tmpdir(), "a warm stand-in "));
let nuke = "";
beforeAll(async () => {
  nuke = await installStandin(join(folder, "Nuke15.1v5"));
});
after(() => rmSync(folder, { recursive: true }));

/** A script with a Write1 into a separate folder. */
function script(
  name: string,
  { file = "f.####.png", root = "", group = false } = {},
): {
  path: string;
  frames: string;
} {
  const [path, frames] = [join(folder, `${name}.nk`), join(folder, name)];
  const write = `Constant {\n inputs 0\n name Constant1\n}\nWrite {\n file "${frames.replaceAll("\\", "/")}/${file}"\n file_type png\n create_directories true\n name Write1\n}\n`;
  writeFileSync(
    path,
    `version 15.1 v5\nRoot {\n first_frame 1\n last_frame 9\n format "64 36 0 0 64 36 1 "\n${root}}\n${group ? `Group {\n inputs 0\n name Group1\n}\n${write}end_group\n` : write}`,
  );
  return { path, frames };
}

function start(path: string, more: Partial<WarmShape> = {}): Promise<WarmNuke> {
  return WarmNuke.start({ nuke, folder, script: path, ...more });
}

const files = (frames: string): string[] => (existsSync(frames) ? readdirSync(frames).sort() : []);

const python2 = findPython2();

suite("a warm Nuke", { skip: noPython() }, () => {
  test("opens the script once, renders what it is handed at different times, one by one, and ends when told", async () => {
    const { path, frames } = script("several times");
    await using warm = await start(path, { profile: { startupSeconds: 0.1 } });
    const { pid, nuke: version, protocol } = await warm.report("ready");
    assert.deepEqual([version, protocol], ["15.1v5", 1]);
    assert.ok(pid !== warm.pid && isAlive(pid));
    await warm.report("idle");
    await warm.tell({ do: "render", frames: [2, 5] });
    await warm.report("idle", ({ n }) => n === 1);
    assert.deepEqual(files(frames), ["f.0002.png", "f.0005.png"]);
    await warm.tell({ do: "render", frames: [-1] });
    await warm.report("idle", ({ n }) => n === 2);
    await warm.tell({ do: "end" });
    assert.deepEqual(await warm.ended, { code: 0, signal: null });
    assert.deepEqual(files(frames), ["f.-001.png", "f.0002.png", "f.0005.png"]);
    assert.equal(decodePng(readFileSync(join(frames, "f.0002.png"))).width, 64);
    assert.equal(warm.out.match(/Read nuke script/gu)?.length, 1);
    assert.deepEqual(
      warm.reports.map(
        (one) => `${one.event}${"n" in one ? ` ${one.n}` : ""}${"frame" in one ? ` ${one.frame}` : ""}`,
      ),
      [
        "ready",
        "idle 0",
        "taken 1",
        "begin 1 2",
        "done 1 2",
        "begin 1 5",
        "done 1 5",
        "idle 1",
        "taken 2",
        "begin 2 -1",
        "done 2 -1",
        "idle 2",
        "taken 3",
        "dropped 3",
        "ended 3",
      ],
    );
    assert.equal((await warm.report("ended")).why, "asked");
    await gone(pid);
  });

  test("a half-written line is waited for; one that is none is refused; a number is taken once", async () => {
    const { path } = script("lines");
    await using warm = await start(path);
    await warm.report("idle");
    const line = '{"n":1,"do":"render","frames":[3]}';
    await appendFile(warm.commandFile, `${line}\n{"n":7,"do":"ren`);
    await warm.report("idle", ({ n }) => n === 1);
    assert.equal(warm.all("refused").length, 0);
    await appendFile(warm.commandFile, 'der","frames":[4]}\n');
    await warm.report("idle", ({ n }) => n === 7);
    // A service died in the middle of a line; the next one mends it and goes on.
    await appendFile(warm.commandFile, '{"n":8,"do":"re');
    assert.equal(await warm.tell({ do: "render", frames: [5] }), 8);
    const refused = await warm.report("refused");
    assert.equal(refused.line, '{"n":8,"do":"re');
    await warm.report("idle", ({ n }) => n === 8);
    const wrong = [
      "[]",
      '{"n":true,"do":"end"}',
      '{"n":9,"do":"dance"}',
      '{"n":9,"do":"render","frames":["5"]}',
      "\u00ff",
    ];
    await appendFile(warm.commandFile, [...wrong, line, '{"n":8,"do":"render","frames":[6]}', ""].join("\n"));
    await warm.tell({ do: "end" });
    assert.equal((await warm.ended).code, 0);
    assert.deepEqual(warm.done, [3, 4, 5]);
    assert.equal(warm.all("refused").length, 1 + wrong.length);
  });

  test("frames that are not begun can be taken back, some or all", async () => {
    const { path, frames } = script("drop");
    await using warm = await start(path, { profile: { secondsPerFrame: { 1: 0.4, 2: 0.4 } } });
    await warm.tell({ do: "render", frames: [1, 2, 3, 4, 5, 6] });
    await warm.report("begin");
    await warm.tell({ do: "drop", frames: [1, 4, 5, 9] });
    assert.deepEqual((await warm.report("dropped")).frames, [4, 5]);
    await warm.report("begin", ({ frame }) => frame === 2);
    await warm.tell({ do: "drop" });
    assert.deepEqual((await warm.report("dropped", ({ n }) => n === 3)).frames, [3, 6]);
    await warm.tell({ do: "render", frames: [3] });
    await warm.report("done", ({ frame }) => frame === 3);
    await warm.tell({ do: "drop" });
    assert.deepEqual((await warm.report("dropped", ({ n }) => n === 5)).frames, []);
    assert.deepEqual(warm.done, [1, 2, 3]);
    assert.deepEqual(files(frames), ["f.0001.png", "f.0002.png", "f.0003.png"]);
  });

  test("it ends after the frame at work, and says what was not begun", async () => {
    const { path, frames } = script("end");
    await using warm = await start(path, { profile: { secondsPerFrame: 0.3 } });
    await warm.tell({ do: "render", frames: [1, 2, 3] });
    await warm.report("begin");
    await warm.tell({ do: "end" });
    assert.equal((await warm.ended).code, 0);
    assert.deepEqual(warm.all("dropped")[0]?.frames, [2, 3]);
    assert.deepEqual(files(frames), ["f.0001.png"]);
  });

  test("a failed frame is told in Nuke's words, and the next one goes on", async () => {
    const { path, frames } = script("fail");
    await using warm = await start(path, { profile: { failFrames: [2] } });
    await warm.tell({ do: "render", frames: [1, 2, 3] });
    const { frame, message } = await warm.report("failed");
    assert.deepEqual([frame, message], [2, "Read1: /plates/a.2.exr: Read error: No such file or directory"]);
    await warm.report("idle", ({ n }) => n === 1);
    assert.deepEqual(warm.done, [1, 3]);
    assert.deepEqual(files(frames), ["f.0001.png", "f.0003.png"]);
    await warm.tell({ do: "end" });
    assert.equal((await warm.ended).code, 0);
  });

  test("what is unknown about Nuke is tried both ways: lines of frames, and an error after which it continues", async () => {
    const { path, frames } = script("unknown");
    const base = { continueOnError: true };
    await using warm = await start(path, { profile: { failFrames: [2], terminalFrameLines: true }, base });
    await warm.tell({ do: "render", frames: [2, 3] });
    await warm.report("idle", ({ n }) => n === 1);
    assert.deepEqual(warm.done, [2, 3]);
    assert.deepEqual(files(frames), ["f.0003.png"]);
    assert.match(warm.out, /^Frame 3 \(1 of 1\)$/mu);
  });

  test("views, groups and proxies", async () => {
    const stereo = script("stereo", { file: "%V.####.png", root: ' views "left #ff0000\nright #00ff00"\n' });
    await using both = await start(stereo.path);
    await both.tell({ do: "render", frames: [1] });
    await both.report("idle", ({ n }) => n === 1);
    assert.deepEqual(files(stereo.frames), ["left.0001.png", "right.0001.png"]);
    await using one = await start(stereo.path, { base: { views: ["right"] } });
    await one.tell({ do: "render", frames: [2] });
    await one.report("idle", ({ n }) => n === 1);
    assert.deepEqual(files(stereo.frames), ["left.0001.png", "right.0001.png", "right.0002.png"]);

    const grouped = script("grouped", { group: true });
    await using inside = await start(grouped.path, { base: { write: "Group1.Write1", proxy: "proxy" } });
    await inside.tell({ do: "render", frames: [1] });
    await inside.report("idle", ({ n }) => n === 1);
    assert.equal(decodePng(readFileSync(join(grouped.frames, "f.0001.png"))).width, 32);
  });

  test("no script, no such node, no license, no Python: said, with Nuke's exit codes", async () => {
    await using missing = await start(join(folder, "none.nk"));
    assert.match((await missing.report("not-opened")).message, /^Can't read .*none\.nk: No such file/u);
    assert.equal((await missing.ended).code, 1);
    const { path } = script("wrong");
    await using nobody = await start(path, { base: { write: "Nobody" } });
    assert.match((await nobody.report("not-opened")).message, /Nobody/u);
    assert.equal((await nobody.ended).code, 1);
    await using unlicensed = await start(path, { profile: { license: "refuse" } });
    assert.equal((await unlicensed.ended).code, 100);
    await using bare = await start(path, { env: { NUKE_RENDER_PYTHON: join(folder, "no python") } });
    assert.equal((await bare.ended).code, 1);
    assert.match(bare.err, /could not be started.*NUKE_RENDER_PYTHON/u);
  });

  test("a crash is a crash of the whole, mid-frame", async () => {
    const { path } = script("crash");
    await using warm = await start(path, { profile: { crashFrames: [2] } });
    const { pid } = await warm.report("ready");
    await warm.tell({ do: "render", frames: [1, 2, 3] });
    assert.equal((await warm.ended).signal, "SIGSEGV");
    await gone(pid);
    assert.deepEqual(warm.done, [1]);
    assert.equal(warm.all("begin").at(-1)?.frame, 2);
  });

  test("neither process outlives the other: idle, in a frame, ended politely", async () => {
    const { path } = script("killed");
    for (const signal of ["SIGKILL", "SIGTERM"] as const) {
      await using idle = await start(path);
      const { pid } = await idle.report("ready");
      await idle.report("idle");
      idle.kill(signal);
      assert.equal((await idle.ended).signal, signal);
      await gone(pid);
    }
    const hang = { profile: { hang: "frame" } };
    await using busy = await start(path, hang);
    await busy.tell({ do: "render", frames: [1] });
    await busy.report("begin");
    const { pid } = await busy.report("ready");
    busy.kill("SIGKILL");
    await gone(pid);
    await using headless = await start(path, hang);
    await headless.tell({ do: "render", frames: [1] });
    await headless.report("begin");
    process.kill((await headless.report("ready")).pid, "SIGKILL");
    assert.equal((await headless.ended).signal, "SIGKILL");

    await using deaf = await start(path, { profile: { ignoreTerm: true } });
    const { pid: deafPid } = await deaf.report("ready");
    deaf.kill("SIGTERM");
    process.kill(deafPid, "SIGTERM");
    await deaf.tell({ do: "render", frames: [1] });
    await deaf.report("done");
  });

  test("without a service it ends itself; as long as the command file is touched it waits", async () => {
    const { path } = script("alone");
    await using warm = await start(path, { base: { idleSeconds: 1 } });
    await warm.report("idle");
    let touched = 0;
    for (let time = 0; time < 15; time++) {
      touched = Date.now();
      await utimes(warm.commandFile, new Date(touched), new Date(touched));
      await wait(100);
    }
    const { why, at } = await warm.report("ended");
    assert.equal(why, "abandoned");
    assert.ok(at - touched >= 900, `${at - touched} ms after the last touch`);
    assert.equal((await warm.ended).code, 0);

    await using bereft = await start(path);
    await bereft.report("idle");
    await rm(bereft.commandFile);
    assert.equal((await bereft.report("ended")).why, "commands-gone");
    assert.equal((await bereft.ended).code, 0);
  });

  test("waiting costs no processor time", { skip: !existsSync("/proc/self/stat") }, async () => {
    const { path } = script("waiting");
    await using warm = await start(path);
    const { pid } = await warm.report("ready");
    await warm.report("idle");
    await wait(500);
    const ticks = (): number =>
      readFileSync(`/proc/${pid}/stat`, "utf8")
        .replace(/^.*\) /u, "")
        .split(" ")
        .slice(11, 13)
        .reduce((sum, word) => sum + Number(word), 0);
    const before = ticks();
    await wait(1500);
    // A tick is 10 ms: under 2 % of a core even on a machine that counts badly.
    assert.ok(ticks() - before <= 2, `${ticks() - before} ticks`);
  });

  test(
    "the same file runs in Python 2.7, as Nuke 11 and 12 have it",
    { skip: python2 === null },
    async () => {
      const { path, frames } = script("zwei Würfel");
      await using warm = await start(path, {
        env: { NUKE_RENDER_PYTHON: python2 ?? "" },
        profile: { failFrames: [2] },
      });
      assert.equal((await warm.report("ready")).python, "2.7");
      await warm.tell({ do: "render", frames: [1, 2, 3] });
      await warm.report("failed", ({ frame }) => frame === 2);
      await appendFile(warm.commandFile, '{"n":2,"do":"Würfel"}\n');
      await warm.report("refused");
      await warm.tell({ do: "end" });
      assert.equal((await warm.ended).code, 0, warm.err);
      assert.deepEqual(files(frames), ["f.0001.png", "f.0003.png"]);
    },
  );
});
