import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";

interface Definition {
  readonly type: string;
  readonly label: string;
}

/** Puts tasks into the workspace's tasks.json, runs them one after the other, and returns their exit codes. */
export async function runTasks(definitions: readonly Definition[]): Promise<(number | undefined)[]> {
  return await withTasks(definitions, async () => {
    const codes: (number | undefined)[] = [];
    for (const { label, type } of definitions) codes.push(await ended(await configured(type, label)));
    return codes;
  });
}

/** Starts a task and ends it, as its terminal's bin does, when `due` has come. */
export async function endTask(definition: Definition, due: () => Promise<unknown>): Promise<void> {
  await withTasks([definition], async () => {
    const task = await configured(definition.type, definition.label);
    const over = ended(task);
    await due();
    for (const execution of vscode.tasks.taskExecutions)
      if (execution.task.name === task.name) execution.terminate();
    await over;
  });
}

async function withTasks<T>(definitions: readonly Definition[], steps: () => Promise<T>): Promise<T> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  assert.ok(folder, "the suite runs in a workspace folder");
  const file = join(folder, ".vscode", "tasks.json");
  mkdirSync(join(folder, ".vscode"), { recursive: true });
  writeFileSync(file, JSON.stringify({ version: "2.0.0", tasks: definitions }));
  try {
    return await steps();
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
    let code: number | undefined;
    // A task that is ended from outside has no exit code.
    const listeners = [
      vscode.tasks.onDidEndTaskProcess((event) => {
        if (event.execution.task.name === task.name) code = event.exitCode;
      }),
      vscode.tasks.onDidEndTask((event) => {
        if (event.execution.task.name !== task.name) return;
        for (const listener of listeners) listener.dispose();
        resolve(code);
      }),
    ];
    vscode.tasks.executeTask(task).then(undefined, reject);
  });
}
