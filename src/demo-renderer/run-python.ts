/**
 * `nuke -t file.py`: a real Python runs the file, with our own `nuke` module (python/nuke.py), which asks this process for
 * everything Nuke would do. Reading the script, rendering, memory, output and injected faults stay here.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import { delimiter } from "node:path";
import { createInterface } from "node:readline";
import { findOnPath } from "../nuke/discover.ts";
import { demoPythonFolder } from "../paths.ts";
import { type PythonRun, PythonRequests } from "./python-requests.ts";

/** Runs the file to its end and returns its exit code as Nuke's. A signal that kills Python kills this process too. */
export async function runPython(run: PythonRun): Promise<number> {
  const { args, file, profile, console } = run;
  const python = findPython(process.env);
  if (python === null) {
    console.err(
      `The demo renderer needs Python to run ${file}, and there is no python3 on PATH. Install Python 3, or name it in NUKE_RENDER_PYTHON.`,
    );
    return 1;
  }
  const folders = [demoPythonFolder(), process.env.PYTHONPATH ?? ""].filter((folder) => folder !== "");
  await console.flush();
  const child = spawn(python, [file, ...args.argv], {
    // Requests and replies use separate pipes, because printed text is Nuke's output. When either process
    // exits, the other one finds its pipe closed.
    stdio: ["ignore", "inherit", profile.mergeStderr ? 1 : "inherit", "pipe", "pipe"],
    env: { ...process.env, PYTHONPATH: folders.join(delimiter), PYTHONDONTWRITEBYTECODE: "1" },
  });
  const ended = new Promise<number>((resolve) => {
    child.once("error", (error) => {
      console.err(
        `${python} could not be started: ${error.message}. Name another Python in NUKE_RENDER_PYTHON.`,
      );
      resolve(1);
    });
    child.once("exit", (code, signal) => {
      if (signal === null) resolve(code ?? 1);
      else process.kill(process.pid, signal);
    });
  });
  return await Promise.race([ended, serve(child, new PythonRequests(run)).then(() => ended)]);
}

/** Answers requests one after the other until Python closes the pipe. */
async function serve(child: ChildProcess, requests: PythonRequests): Promise<void> {
  const [, , , asked, answers] = child.stdio;
  if (!(asked instanceof Socket && answers instanceof Socket)) return;
  // Python may exit before the reply arrives; its exit is handled elsewhere.
  answers.on("error", () => undefined);
  for await (const line of createInterface({ input: asked }))
    answers.write(`${JSON.stringify(await requests.answer(line))}\n`);
}

function findPython(env: NodeJS.ProcessEnv): string | null {
  if (env.NUKE_RENDER_PYTHON) return env.NUKE_RENDER_PYTHON;
  return findOnPath("python3", env) ?? (process.platform === "win32" ? findOnPath("python", env) : null);
}
