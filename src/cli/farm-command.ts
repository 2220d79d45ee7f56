import * as z from "zod";
import { commandTemplateEngine } from "../farm/command-template.ts";
import type { AskedOption } from "../farm/engine.ts";
import { DEFAULT_BATCH_SIZE, farmJob } from "../farm/farm-job.ts";
import { displayCommand } from "../plan/command-line.ts";
import { nothingLeft } from "../plan/frames/select-frames.ts";
import { UsageError, exitCodes } from "./failure.ts";
import { optionFlags } from "./flag-table.ts";
import { mayReplace } from "./overwrite-question.ts";
import { printProblems, terminalAdvice } from "./plan-command.ts";
import { type RenderCommand, readRenderCommand } from "./render-flags.ts";
import { createFolders } from "./render-command.ts";
import type { Terminal } from "./terminal.ts";

const argvSchema = z.array(z.string()).min(1);

/** `nbr farm submit`. Returns the exit code of the farm command; 1 if it was ended by a signal. */
export async function farmCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const [verb, ...rest] = args;
  if (verb !== "submit")
    throw new UsageError(`nbr farm ${verb ?? ""}: the only farm command is "submit".`, "farm");
  const command = await readRenderCommand("farm submit", rest, terminal);
  if (command.all || command.withNeeded || command.after.length > 0 || command.several.length > 0)
    throw new UsageError(
      "--all, --with-needed, --after and several --write: the farm handles dependencies itself. Submit one Write at a time.",
      "farm",
    );
  const { batchSize = DEFAULT_BATCH_SIZE, request, facts } = command;
  const { job, problems, plan } = farmJob(
    { request, batchSize, asked: askedOptions(command) },
    facts,
    command.ignored,
  );
  printProblems(problems, terminal);
  if (nothingLeft(plan) !== null) return exitCodes.allFramesOnDisk;
  if (job === null) {
    for (const line of terminalAdvice(problems)) terminal.err(line);
    return exitCodes.badInput;
  }
  const engine = commandTemplateEngine(template(command, terminal));
  const submission = engine.prepare(job);
  if (command.dryRun) {
    terminal.out(command.json ? JSON.stringify(submission) : displayCommand(submission.argv));
    return 0;
  }
  if (!(await mayReplace([plan], command.json, terminal))) return exitCodes.cancelled;
  await createFolders({ facts: command.facts, write: plan.write });
  if (!command.json) terminal.err(displayCommand(submission.argv));
  const result = await engine.submit(submission, {
    cwd: plan.cwd,
    listener: { output: (stream, line) => (stream === "stdout" ? terminal.out(line) : terminal.err(line)) },
  });
  if (result.exitCode === null) terminal.err(`The farm command was ended by ${result.signal ?? "a signal"}.`);
  else if (result.exitCode !== 0) terminal.err(`The farm command ended with exit code ${result.exitCode}.`);
  return result.exitCode ?? 1;
}

/** Flags that have no effect unless the farm command passes them on. `--write` counts only if the script has several Writes. */
function askedOptions({ given, facts }: RenderCommand): AskedOption[] {
  const asked = optionFlags.flatMap(({ row, flag }): AskedOption[] => {
    const use = flag.farm ?? row.farm;
    const passedOn = given.has(flag.name) && use !== "plan" && use !== "refused";
    return passedOn ? [{ option: use, name: `--${flag.name}` }] : [];
  });
  const choice = given.has("write") && facts.script.writes.length > 1;
  return [
    ...(choice ? [{ option: "write", name: "--write" } as const] : []),
    ...asked,
    ...(given.has("nuke") ? [{ option: "nuke", name: "--nuke" } as const] : []),
  ];
}

function template(command: RenderCommand, terminal: Terminal): readonly string[] {
  const text = command.farmCommand ?? terminal.env.NUKE_RENDER_FARM_COMMAND;
  if (text === undefined) return command.settings["farm.command"];
  const where = command.farmCommand === undefined ? "NUKE_RENDER_FARM_COMMAND" : "--command";
  const help = `${where} takes a JSON list of arguments, such as ["submit", "{script}"].`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(help, "farm");
  }
  const result = argvSchema.safeParse(value);
  if (!result.success) throw new UsageError(help, "farm");
  return result.data;
}
