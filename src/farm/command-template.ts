/** The farm engine that runs a studio's own submit command: an argv list with tokens, run without a shell. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { findOnPath } from "../nuke/discover.ts";
import {
  type FarmEngine,
  FarmError,
  type FarmJob,
  type FarmListener,
  type FarmOption,
  type FarmResult,
  type FarmSubmission,
} from "./engine.ts";

/** What a token stands for. `{nuke}` alone in a word becomes as many words as the command has. */
const tokens: Record<string, (job: FarmJob) => readonly string[]> = {
  script: (job) => [job.script],
  write: (job) => [job.write],
  first: (job) => [String(job.first)],
  last: (job) => [String(job.last)],
  range: (job) => [job.range],
  threads: (job) => [String(job.threads)],
  batchSize: (job) => [String(job.batchSize)],
  cache: (job) => [`${job.cacheMB}M`],
  views: (job) => [job.views.join(",")],
  proxy: (job) => [job.proxy],
  continueOnError: (job) => [String(job.continueOnError)],
  nuke: (job) => {
    if (job.nuke) return job.nuke.argv;
    throw new FarmError(
      "missing-value",
      "nukeRender.farm.command has {nuke}, but no Nuke was found on this machine. Name one in nukeRender.nuke.executables.",
    );
  },
};

export const tokenNames = Object.keys(tokens);

/**
 * The words to run. Values go in as they are and are never read again, so braces, quotes and `$( )` in a path stay what they are. `{{` and
 * `}}` stand for the braces themselves.
 * @throws {FarmError} for an empty template, an unknown token, a stray brace, or an option of the job that has no token.
 */
export function fillTemplate(template: readonly string[], job: FarmJob): string[] {
  if (template.length === 0 || template[0] === "") {
    const message =
      'No farm command is set. Put your submit command into nukeRender.farm.command, for example ["submit", "--script", "{script}", "--write", "{write}", "--frames", "{range}"].';
    throw new FarmError("not-configured", message);
  }
  const used = new Set<string>();
  const words = template.flatMap((word) => {
    const alone = /^\{(\w+)\}$/u.exec(word)?.[1];
    if (alone === undefined) return [fillWord(word, job, used)];
    used.add(alone);
    return valueOf(alone, job);
  });
  requireHonored(job, used);
  return words;
}

/** An option without its token would be lost on the way. */
function requireHonored(job: FarmJob, used: ReadonlySet<string>): void {
  const lost = job.asked.filter(({ option }) => !isHonored(option, job, used));
  if (lost.length === 0) return;
  const names = lost.map(({ name }) => name).join(", ");
  const missing = lost.map(({ option }) => `{${option}}`).join(" ");
  const [it, them] = lost.length === 1 ? ["it", "it"] : ["they", "them"];
  throw new FarmError(
    "not-honored",
    `${names}: the farm command has no ${missing}, so ${it} would be lost. Add ${missing} to nukeRender.farm.command, or leave ${them} out.`,
  );
}

function isHonored(option: FarmOption, job: FarmJob, used: ReadonlySet<string>): boolean {
  if (used.has(option)) return true;
  // First and last frame are the whole of a range without gaps.
  return option === "range" && job.isOneRun && used.has("first") && used.has("last");
}

function fillWord(word: string, job: FarmJob, used: Set<string>): string {
  return word.replace(/\{\{|\}\}|\{([^{}]*)\}|[{}]/gu, (found, name: string | undefined) => {
    if (found === "{{" || found === "}}") return found.slice(1);
    if (name === undefined) {
      throw new FarmError(
        "unknown-token",
        `"${word}" in nukeRender.farm.command has a single "${found}". Write "${found}${found}" for the character itself.`,
      );
    }
    used.add(name);
    return valueOf(name, job).join(" ");
  });
}

function valueOf(name: string, job: FarmJob): readonly string[] {
  const value = Object.hasOwn(tokens, name) ? tokens[name] : undefined;
  if (value) return value(job);
  const known = tokenNames.map((token) => `{${token}}`).join(" ");
  throw new FarmError(
    "unknown-token",
    `{${name}} in nukeRender.farm.command is unknown. The tokens are ${known}.`,
  );
}

export function commandTemplateEngine(template: readonly string[]): FarmEngine {
  return {
    id: "command",
    label: "Farm command",
    prepare: (job) => ({ argv: fillTemplate(template, job) }),
    submit: runSubmission,
  };
}

/** What tells Windows that a bare name is not to be looked for in the current folder. */
const NOT_HERE = "NoDefaultCurrentDirectoryInExePath";

/** A bare name is one of PATH. The script's folder, which the command is run in, does not decide which program it is. */
function spawnFromPath(
  program: string,
  words: readonly string[],
  cwd: string,
): ChildProcessByStdio<null, Readable, Readable> {
  const options = { cwd, windowsHide: true, shell: false, env: { ...process.env } } as const;
  const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
  if (/[\\/]/u.test(program)) return spawn(program, words, { ...options, stdio });
  if (process.platform !== "win32") {
    const path = findOnPath(program);
    if (path === null)
      throw new FarmError(
        "not-started",
        `There is no farm command "${program}" on PATH. Check nukeRender.farm.command.`,
      );
    return spawn(path, words, { ...options, stdio, argv0: program });
  }
  const before = process.env[NOT_HERE];
  process.env[NOT_HERE] = "1";
  try {
    return spawn(program, words, { ...options, stdio });
  } finally {
    if (before === undefined) delete process.env[NOT_HERE];
    else process.env[NOT_HERE] = before;
  }
}

async function runSubmission(
  { argv }: FarmSubmission,
  { cwd, listener, signal }: { cwd: string; listener: FarmListener; signal?: AbortSignal },
): Promise<FarmResult> {
  const [program = "", ...words] = argv;
  const child = spawnFromPath(program, words, cwd);
  const stop = (): boolean => child.kill();
  signal?.addEventListener("abort", stop);
  try {
    const ended = new Promise<FarmResult>((resolve, reject) => {
      child.once("error", (error) => {
        reject(
          new FarmError(
            "not-started",
            `The farm command "${program}" could not be started (${error.message}). Check nukeRender.farm.command.`,
          ),
        );
      });
      child.once("close", (exitCode, killedBy) => resolve({ exitCode, signal: killedBy }));
    });
    const read = (stream: "stdout" | "stderr"): void => {
      createInterface({ input: child[stream], crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) =>
        listener.output(stream, line),
      );
    };
    read("stdout");
    read("stderr");
    return await ended;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}
