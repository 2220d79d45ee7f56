#!/usr/bin/env node
/** `nbr`: wires the commands. */
import { productVersion } from "../render-service/protocol/version.ts";
import { pathToFileURL } from "node:url";
import { programFile } from "../paths.ts";
import { canonicalCommand } from "./canonical-command.ts";
import { diffCommand } from "./diff-command.ts";
import { UsageError, exitCodes } from "./failure.ts";
import { doctorCommand } from "./doctor-command.ts";
import { farmCommand } from "./farm-command.ts";
import { InterruptedError } from "./follow-render.ts";
import { inspect } from "./inspect.ts";
import { cancelCommand, forgetCommand, pauseCommand, psCommand, retryCommand } from "./jobs-command.ts";
import { logsCommand } from "./logs-command.ts";
import { parallelCommand, priorityCommand } from "./queue-command.ts";
import { planCommand } from "./plan-command.ts";
import { renderCommand } from "./render-command.ts";
import { serviceCommand } from "./service-command.ts";
import { type Terminal, processTerminal } from "./terminal.ts";
import { trustCommand } from "./trust/trust-command.ts";
import { usage } from "./usage.ts";

// Only meant for this process, where VS Code's runtime runs it; farm commands must not inherit it.
delete process.env.ELECTRON_RUN_AS_NODE;
const terminal = processTerminal();
// A reader that has seen enough (`nbr inspect … | head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
process.on("uncaughtException", (error) => process.exit(fault(error, terminal)));
process.exitCode = await run(process.argv.slice(2), terminal);

async function run([command = "", ...args]: readonly string[], terminal: Terminal): Promise<number> {
  try {
    if (["", "help", "--help", "-h"].includes(command))
      return help(args[0] ?? "", terminal, command === "" ? exitCodes.badInput : 0);
    if (["--version", "-v", "version"].includes(command)) {
      terminal.out(productVersion);
      return 0;
    }
    if (args.includes("--help") || args.includes("-h")) return help(command, terminal, 0);
    return await dispatch(command, args, terminal);
  } catch (error) {
    if (isFlagError(error)) {
      terminal.err(`nbr: ${error.message}`);
      terminal.err(`See: nbr ${command} --help`);
      return exitCodes.badInput;
    }
    if (!isUserFacing(error)) return fault(error, terminal);
    terminal.err(`nbr: ${error.message}`);
    if (error instanceof UsageError && error.command !== undefined)
      terminal.err(`See: nbr ${error.command} --help`);
    return error instanceof InterruptedError ? exitCodes.framesMissing : exitCodes.badInput;
  }
}

async function dispatch(command: string, args: readonly string[], terminal: Terminal): Promise<number> {
  switch (command) {
    case "inspect": {
      const paths = args.filter((arg) => arg !== "--json" && arg !== "--");
      if (paths.length === 0) throw new UsageError("Which scripts? Give their paths.", "inspect");
      return await inspect(paths, { json: args.includes("--json") }, (line) => terminal.out(line));
    }
    case "diff":
      return await diffCommand(args, terminal);
    case "canonical":
      return await canonicalCommand(args, terminal);
    case "plan":
      return await planCommand(args, terminal);
    case "render":
      return await renderCommand(args, terminal);
    case "farm":
      return await farmCommand(args, terminal);
    case "ps":
      return await psCommand(args, terminal);
    case "logs":
      return await logsCommand(args, terminal);
    case "cancel":
      return await cancelCommand(args, terminal);
    case "pause":
    case "resume":
      return await pauseCommand(command, args, terminal);
    case "priority":
      return await priorityCommand(args, terminal);
    case "parallel":
      return await parallelCommand(args, terminal);
    case "retry":
      return await retryCommand(args, terminal);
    case "forget":
      return await forgetCommand(args, terminal);
    case "service":
      return await serviceCommand(args, terminal);
    case "trust":
      return await trustCommand(args, terminal);
    case "doctor":
      return await doctorCommand(args, terminal);
    case "language-server":
      await import(pathToFileURL(programFile("language-server")).href);
      return 0;
    default:
      throw new UsageError(`There is no command "${command}". nbr --help lists them.`);
  }
}

function help(command: string, terminal: Terminal, code: number): number {
  for (const line of (usage[command] ?? usage[""] ?? "").split("\n")) terminal.out(line);
  return code;
}

/** A flag that a command does not know; `parseArgs` explains itself well. */
function isFlagError(error: unknown): error is TypeError {
  const code = error instanceof TypeError && "code" in error ? String(error.code) : "";
  return code.startsWith("ERR_PARSE_ARGS");
}

/** A fault of ours: its stack is what a bug report needs, but its message may quote a script. */
function fault(error: unknown, terminal: Terminal): number {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  for (const line of `nbr: unexpected: ${text}`.split("\n")) terminal.err(line);
  return exitCodes.framesMissing;
}

/** Errors of ours carry a reason and say what to do; anything else is a fault, and its stack is worth more than a kind word. */
function isUserFacing(error: unknown): error is Error & { reason: string } {
  return error instanceof Error && "reason" in error && typeof error.reason === "string";
}
