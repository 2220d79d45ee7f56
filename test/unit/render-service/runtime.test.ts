/** Which program runs the render service. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { test } from "node:test";
import { chooseRuntime } from "../../../src/render-service/client/node-runtime.ts";

const editor = { execPath: "/opt/editor/code", electron: true };

test("an editor on Windows: a Node of the machine, so that the editor can replace itself", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nbr runtime "));
  const name = process.platform === "win32" ? "node.exe" : "node";
  try {
    if (process.platform !== "win32")
      await writeFile(join(folder, name), "#!/bin/sh\necho v12.22.0\n", { mode: 0o755 });
    // Too old, then in a folder that changes with ours, then a good one.
    const path = [folder, "tools", dirname(process.execPath)].join(delimiter);
    assert.deepEqual(await chooseRuntime({ ...editor, platform: "win32", path }), {
      path: join(dirname(process.execPath), name),
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("where there is no such Node, and on other systems: the editor's own runtime, as a Node", async () => {
  const own = { path: editor.execPath, env: { ELECTRON_RUN_AS_NODE: "1" } };
  assert.deepEqual(await chooseRuntime({ ...editor, platform: "win32", path: "" }), own);
  const path = dirname(process.execPath);
  assert.deepEqual(await chooseRuntime({ ...editor, platform: "linux", path }), own);
});

test("a terminal: the Node that runs it", async () => {
  const facts = { platform: "win32", execPath: "C:\\node.exe", electron: false, path: "" } as const;
  assert.deepEqual(await chooseRuntime(facts), { path: "C:\\node.exe" });
});
