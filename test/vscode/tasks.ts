import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";

interface Definition {
  readonly type: string;
  readonly label: string;
}

/** Puts tasks into the workspace's tasks.json, runs them one after the other, and answers with their exit codes. */
export async function runTasks(definitions: readonly Definition[]): Promise<(number | undefined)[]> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  assert.ok(folder, "the suite runs in a workspace folder");
  const file = join(folder, ".vscode", "tasks.json");
  mkdirSync(join(folder, ".vscode"), { recursive: true });
  writeFileSync(file, JSON.stringify({ version: "2.0.0", tasks: definitions }));
  try {
    const codes: (number | undefined)[] = [];
    for (const { label, type } of definitions) codes.push(await ended(await configured(type, label)));
    return codes;
  } finally {
    rmSync(file);
  }
}

/** The task as VS Code reads it from tasks.json, which it does when its file watcher has seen the file. */
async function configured(type: string, label: string): Promise<vscode.Task> {
  for (;;) {
    const task = (await vscode.tasks.fetchTasks({ type })).find((one) => one.name === label);
    if (task) return task;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function ended(task: vscode.Task): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const listener = vscode.tasks.onDidEndTaskProcess((event) => {
      if (event.execution.task.name !== task.name) return;
      listener.dispose();
      resolve(event.exitCode);
    });
    vscode.tasks.executeTask(task).then(undefined, reject);
  });
}
