import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import { type OpenScript, lensesUntil, openScript, readingText, withoutNotifications } from "./scripts.ts";
import { endTask, runTasks } from "./tasks.ts";

suite("Rendering in VS Code", () => {
  let script: OpenScript;
  const title = (lens: vscode.CodeLens): string => lens.command?.title ?? "";
  const run = async (lens: vscode.CodeLens | undefined): Promise<void> => {
    assert.ok(lens?.command);
    await vscode.commands.executeCommand(lens.command.command, ...(lens.command.arguments ?? []));
  };

  suiteSetup(withoutNotifications);
  setup(async () => {
    script = await openScript(8);
  });
  teardown(async () => {
    await vscode.commands.executeCommand("workbench.action.closeAllEditors");
    script.dispose();
  });

  test("three actions stand above the Write", async () => {
    const lenses = await lensesUntil(script.uri, (titles) => titles.length > 0);
    assert.deepEqual(lenses.map(title), ["▶ Render 1–8", "⚙ Render settings…", "☁ Send to farm…"]);
    assert.ok(lenses.every((lens) => lens.range.start.line === 9));
  });

  test("a Write's name makes no icon of a lens, and sends nothing to it", async () => {
    const edit = new vscode.WorkspaceEdit();
    edit.insert(
      script.uri,
      new vscode.Position(0, 0),
      "Write {\n disable true\n name {W$(alert)\u001B}\n}\n",
    );
    await vscode.workspace.applyEdit(edit);
    const lenses = await lensesUntil(script.uri, (titles) =>
      titles.some((text) => text.includes("would skip")),
    );
    const shown = lenses.map(title).find((text) => text.includes("would skip")) ?? "";
    assert.equal(
      shown.replaceAll("\u200B", ""),
      String.raw`$(circle-slash) disabled: Nuke would skip W$(alert)\x1b`,
    );
    assert.ok(!shown.includes("$(alert)"));
  });

  test("a click on the lens renders every frame to disk, and the lens says so", async () => {
    const [render] = await lensesUntil(script.uri, (titles) => titles.length > 0);
    await run(render);
    const lenses = await lensesUntil(script.uri, (titles) => titles.some((text) => text.startsWith("✓")));
    assert.match(lenses.map(title).at(-1) ?? "", /^✓ 8 frames · /);
    const files = readdirSync(script.out);
    assert.equal(files.length, 8);
    for (const file of files)
      assert.equal(readFileSync(join(script.out, file)).subarray(1, 4).toString("latin1"), "PNG");
  });

  test("Cancel on the lens ends it, and the rest can be rendered from there", async () => {
    const edit = new vscode.WorkspaceEdit();
    edit.replace(script.uri, script.document.lineAt(3).range, " last_frame 400");
    await vscode.workspace.applyEdit(edit);
    await script.document.save();
    const [render] = await lensesUntil(script.uri, (titles) => titles.some((text) => text.includes("400")));
    const rendered = run(render);
    const running = await lensesUntil(script.uri, (titles) =>
      titles.some((text) => /^◐ [1-9]\d*\/400/.test(text)),
    );
    await run(running.find((lens) => title(lens) === "■ Cancel"));
    await rendered;
    const lenses = await lensesUntil(script.uri, (titles) =>
      titles.some((text) => text.startsWith("■ cancelled")),
    );
    assert.ok(lenses.some((lens) => /^■ cancelled · \d+\/400 frames · Render the rest$/.test(title(lens))));
    assert.ok(existsSync(script.out));
  });

  test("a second render of frames that are being rendered asks first, and cancels the other one where that is chosen", async () => {
    const edit = new vscode.WorkspaceEdit();
    edit.replace(script.uri, script.document.lineAt(3).range, " last_frame 400");
    await vscode.workspace.applyEdit(edit);
    await script.document.save();
    const real = vscode.window.showWarningMessage;
    const asked: unknown[][] = [];
    const answers: (string | undefined)[] = [undefined, "Cancel It First"];
    const answer = async (...words: unknown[]): Promise<unknown> => {
      // That frames are replaced is another question.
      if (!words.includes("Render After It")) return words[2];
      asked.push(words);
      return answers.shift();
    };
    Object.assign(vscode.window, { showWarningMessage: answer });
    try {
      const [render] = await lensesUntil(script.uri, (titles) => titles.some((text) => text.includes("400")));
      const first = run(render);
      await lensesUntil(script.uri, (titles) => titles.some((text) => /^◐ [1-9]\d*\/400/.test(text)));
      await vscode.commands.executeCommand("nukeRender.render", script.uri, "Write1");
      assert.equal(asked.length, 1);
      assert.match(
        String(asked[0]?.[0]),
        /^Frames 1–400 of Write1 are already being rendered by shot-Write1-/u,
      );
      assert.deepEqual(asked[0]?.slice(2), [
        "Render After It",
        "Cancel It First",
        "Show It",
        "Render Anyway",
      ]);
      const second = vscode.commands.executeCommand("nukeRender.render", script.uri, "Write1");
      await first;
      const running = await lensesUntil(script.uri, (titles) =>
        titles.some((text) => /^◐ [1-9]\d*\/400/.test(text)),
      );
      await run(running.find((lens) => title(lens) === "■ Cancel"));
      await second;
      assert.equal(asked.length, 2);
    } finally {
      Object.assign(vscode.window, { showWarningMessage: real });
    }
  });

  test("a task of tasks.json renders through the same code and ends with the render's exit code", async () => {
    const good = {
      type: "nuke-render",
      label: "good",
      script: script.uri.fsPath,
      write: "Write1",
      range: "1-4",
      split: 2,
      threads: 1,
      cache: "1G",
    };
    const bad = { ...good, label: "bad", range: "1-4y" };
    const codes = await runTasks([good, { ...bad, write: "Write1" }]);
    assert.deepEqual(codes, [0, 2]);
    assert.equal(readdirSync(script.out).length, 4);
  });

  test("a paused render is resumed from its lens, and every frame is rendered", async () => {
    const edit = new vscode.WorkspaceEdit();
    edit.replace(script.uri, script.document.lineAt(3).range, " last_frame 30");
    await vscode.workspace.applyEdit(edit);
    await script.document.save();
    const [render] = await lensesUntil(script.uri, (titles) => titles.some((text) => text.includes("30")));
    const rendered = run(render);
    await lensesUntil(script.uri, (titles) => titles.some((text) => /^◐ [1-9]\d*\/30/.test(text)));
    // The only one that renders is the one that is meant.
    await vscode.commands.executeCommand("nukeRender.pause");
    const lenses = await lensesUntil(script.uri, (titles) =>
      titles.some((text) => text.startsWith("◔ paused")),
    );
    assert.match(lenses.map(title).join(" | "), /^◔ paused · \d+\/30 frames \| ▶ Resume \| ■ Cancel$/);
    await run(lenses.find((lens) => title(lens) === "▶ Resume"));
    await rendered;
    await lensesUntil(script.uri, (titles) => titles.some((text) => text.startsWith("✓ 30 frames")));
    assert.equal(readdirSync(script.out).length, 30);
  });

  test("a render that waits is put first, and has the Nuke of a chunk that is cancelled", async () => {
    const cores = availableParallelism();
    const task = {
      type: "nuke-render",
      label: "long",
      script: script.uri.fsPath,
      write: "Write1",
      range: "1-400",
      parallel: cores,
      order: "backward",
    };
    const other = await openScript(6);
    await endTask(task, async () => {
      const running = await lensesUntil(script.uri, (titles) =>
        titles.some((text) => /^◐ [1-9]\d*\/400/.test(text)),
      );
      const long: unknown = running.find((lens) => title(lens) === "■ Cancel")?.command?.arguments?.[0];
      const [second] = await lensesUntil(other.uri, (titles) => titles.length > 0);
      const rendered = run(second);
      const waiting = await lensesUntil(other.uri, (titles) => titles.includes("↑ Render next"));
      assert.match(waiting.map(title).join(" | "), /^◔ 0\/6 frames · waiting \| ↑ Render next \| ■ Cancel$/);
      await vscode.commands.executeCommand("nukeRender.changePriority", long, 80);
      await run(waiting.find((lens) => title(lens) === "↑ Render next"));
      await vscode.commands.executeCommand("nukeRender.changeParallel", long, 1);
      for (let chunk = 0; chunk < cores; chunk++)
        await vscode.commands.executeCommand("nukeRender.cancelChunk", long, chunk);
      await rendered;
      await lensesUntil(other.uri, (titles) => titles.some((text) => text.startsWith("✓ 6 frames")));
    });
    other.dispose();
    assert.ok(!existsSync(join(script.out, "f.0001.png")), "backward begins with the last part");
  });

  test("ending a task cancels its render, which says what is done", async () => {
    const task = {
      type: "nuke-render",
      label: "ended",
      script: script.uri.fsPath,
      write: "Write1",
      range: "1-400",
    };
    await endTask(task, () =>
      lensesUntil(script.uri, (titles) => titles.some((text) => /^◐ [1-9]\d*\/400/.test(text))),
    );
    await lensesUntil(script.uri, (titles) => titles.some((text) => text.startsWith("■ cancelled")));
    const done = readdirSync(script.out).length;
    assert.ok(done > 0 && done < 400, `${done} frames`);
  });

  test("the rest of a cancelled render is rendered with its own words, not with the last settings", async () => {
    const task = {
      type: "nuke-render",
      label: "repeated",
      script: script.uri.fsPath,
      write: "Write1",
      range: "1-30",
      threads: 1,
      cache: "333M",
      split: 1,
    };
    await endTask(task, () =>
      lensesUntil(script.uri, (titles) => titles.some((text) => /^◐ [1-9]\d*\/30/.test(text))),
    );
    const [rest] = (
      await lensesUntil(script.uri, (titles) => titles.some((text) => text.endsWith("Render the rest")))
    ).filter((lens) => title(lens).endsWith("Render the rest"));
    await run(rest);
    await lensesUntil(script.uri, (titles) => titles.some((text) => /^✓ \d+ frames/.test(text)));
    assert.equal(readdirSync(script.out).length, 30);
    const last = readFileSync(process.env.NUKE_RENDER_TEST_NUKES ?? "", "utf8")
      .trim()
      .split("\n")
      .at(-1);
    assert.match(last ?? "", /"-m","1","-c","333M"/);
  });

  test("all Writes: the one that reads what the other writes waits for it, and its lens says so", async () => {
    const two = await openScript(12, readingText);
    try {
      const all = vscode.commands.executeCommand("nukeRender.renderAll", two.uri);
      await lensesUntil(two.uri, (titles) => titles.includes("◔ waits for Write1 · 12 frames"));
      await all;
      const times = (start: string): number[] =>
        readdirSync(two.out)
          .filter((name) => name.startsWith(start))
          .map((name) => statSync(join(two.out, name)).mtimeMs);
      const [first, second] = [times("f."), times("final.")];
      assert.deepEqual([first.length, second.length], [12, 12]);
      assert.ok(Math.max(...first) <= Math.min(...second));
    } finally {
      two.dispose();
    }
  });

  test("missing frames only, from the palette and in a task, which ends well where nothing is left", async () => {
    const base = { type: "nuke-render", script: script.uri.fsPath, write: "Write1" };
    const missing = { ...base, label: "missing", only: "missing" };
    const before = { ...base, label: "before", range: "1-6" };
    assert.deepEqual(await runTasks([before]), [0]);
    const times = (): Map<string, number> =>
      new Map(readdirSync(script.out).map((name) => [name, statSync(join(script.out, name)).mtimeMs]));
    const old = times();
    await vscode.commands.executeCommand("nukeRender.renderMissing", script.uri, "Write1");
    const now = times();
    assert.equal(now.size, 8);
    for (const [name, time] of old) assert.equal(now.get(name), time, name);
    assert.deepEqual(await runTasks([missing]), [0]);
    assert.deepEqual(times(), now);
  });

  test("a task that may not replace frames ends with 2, without a question, and leaves them", async () => {
    const base = { type: "nuke-render", script: script.uri.fsPath, write: "Write1", range: "1-3" };
    const first = { ...base, label: "first" };
    const never = { ...base, label: "never", overwrite: "never" };
    const again = { ...base, label: "again" };
    assert.deepEqual(await runTasks([first]), [0]);
    const time = (): number => statSync(join(script.out, "f.0001.png")).mtimeMs;
    const old = time();
    assert.deepEqual(await runTasks([never]), [2]);
    assert.equal(time(), old);
    assert.deepEqual(await runTasks([again]), [0], "it says what it replaces, and goes on");
    assert.ok(time() > old);
  });

  test("a task renders what its Write reads first, where that is wished, and ends with its own exit code", async () => {
    const two = await openScript(4, readingText);
    try {
      const task = {
        type: "nuke-render",
        label: "both",
        script: two.uri.fsPath,
        write: "Final",
        withNeeded: true,
      };
      assert.deepEqual(await runTasks([task]), [0]);
      assert.equal(readdirSync(two.out).length, 8);
    } finally {
      two.dispose();
    }
  });

  test("the language is known by its ending, encrypted scripts apart", async () => {
    assert.equal(script.document.languageId, "nk");
    const languages = await vscode.languages.getLanguages();
    for (const id of ["nk", "nk-encrypted"]) assert.ok(languages.includes(id), id);
  });

  test("every command of package.json is there", async () => {
    const known = new Set(await vscode.commands.getCommands(true));
    const extension = vscode.extensions.all.find((one) => one.id.endsWith(".nuke-background-render"));
    const declared: { command: string }[] = extension?.packageJSON.contributes.commands ?? [];
    assert.ok(declared.length >= 8);
    for (const { command } of declared) assert.ok(known.has(command), command);
  });
});
