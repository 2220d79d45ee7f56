/** The farm engine that runs a studio's own submit command: an argv list with tokens, run without a shell. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import {
  type FarmEngine,
  FarmError,
  type FarmJob,
  type FarmListener,
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
  nuke: (job) => {
    if (job.nuke) return job.nuke.argv;
    throw new FarmError(
      "missing-value",
      "{nuke} stands in nukeRender.farm.command, but no Nuke was found on this machine. Name one in nukeRender.nuke.executables.",
    );
  },
};

export const tokenNames = Object.keys(tokens);

/**
 * The words to run. Values go in as they are and are never read again, so braces, quotes and `$( )` in a path stay what they are. `{{` and
 * `}}` stand for the braces themselves.
 * @throws {FarmError} for an empty template, an unknown token, or a stray brace.
 */
export function fillTemplate(template: readonly string[], job: FarmJob): string[] {
  if (template.length === 0 || template[0] === "") {
    const message =
      'No farm command is set. Put your submit command into nukeRender.farm.command, for example ["submit", "--script", "{script}", "--write", "{write}", "--frames", "{range}"].';
    throw new FarmError("not-configured", message);
  }
  return template.flatMap((word) => {
    const alone = /^\{(\w+)\}$/u.exec(word)?.[1];
    return alone === undefined ? [fillWord(word, job)] : valueOf(alone, job);
  });
}

function fillWord(word: string, job: FarmJob): string {
  return word.replace(/\{\{|\}\}|\{([^{}]*)\}|[{}]/gu, (found, name: string | undefined) => {
    if (found === "{{" || found === "}}") return found.slice(1);
    if (name === undefined) {
      throw new FarmError(
        "unknown-token",
        `"${word}" in nukeRender.farm.command has a single "${found}". Write "${found}${found}" for the character itself.`,
      );
    }
    return valueOf(name, job).join(" ");
  });
}

function valueOf(name: string, job: FarmJob): readonly string[] {
  const value = Object.hasOwn(tokens, name) ? tokens[name] : undefined;
  if (value) return value(job);
  const known = tokenNames.map((token) => `{${token}}`).join(" ");
  throw new FarmError(
    "unknown-token",
    `{${name}} in nukeRender.farm.command is not known. The tokens are ${known}.`,
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

async function runSubmission(
  { argv }: FarmSubmission,
  { cwd, listener, signal }: { cwd: string; listener: FarmListener; signal?: AbortSignal },
): Promise<FarmResult> {
  const [program = "", ...words] = argv;
  const child = spawn(program, words, {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
    shell: false,
  });
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
