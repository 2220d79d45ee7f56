import { stateWord, statusJson } from "./status-json.ts";
import { parseArgs } from "node:util";
import { count } from "../plan/text/display.ts";
import { parallelSchema } from "../plan/request.ts";
import { displayMB, parseMB } from "../plan/text/size.ts";
import type { RenderServiceClient, ServiceLimits } from "../render-service/client/client.ts";
import { findRenderJobs, findRenderService } from "../render-service/client/connect.ts";
import { killService } from "../render-service/client/end-service.ts";
import { RenderServiceError } from "../render-service/protocol/errors.ts";
import { UsageError, exitCodes } from "./failure.ts";
import { table } from "./summary.ts";
import type { Terminal } from "./terminal.ts";

interface Flags {
  readonly json: boolean;
  readonly force: boolean;
}

/** `nbr service status`, `stop`, `budget` and `parallel`. None starts a service. */
export async function serviceCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const [verb = "", ...rest] = args;
  const { values, positionals } = parseArgs({
    args: rest,
    options: { json: { type: "boolean" }, force: { type: "boolean" } },
    allowPositionals: true,
    strict: true,
  });
  const flags: Flags = { json: values.json ?? false, force: values.force ?? false };
  const change = readChange(verb, positionals);
  if (verb === "stop" && flags.force) return await stopByForce(flags, terminal);
  const client = await findRenderService();
  if (client === null) {
    const text = "No render service is running.";
    terminal.out(flags.json ? JSON.stringify({ running: false }) : text);
    return 0;
  }
  try {
    if (verb === "stop") return await stop(client, flags, terminal);
    if (verb === "status") return await showStatus(client, flags, terminal);
    await client.configure(change);
    const limits = await client.limits();
    terminal.out(flags.json ? JSON.stringify(limits) : limitsText(limits));
    return 0;
  } finally {
    client.dispose();
  }
}

/** What is to be set; nothing for the other verbs. @throws {UsageError}, and the errors of reading an amount of memory */
function readChange(
  verb: string,
  [value, ...more]: readonly string[],
): { heldBudgetMB?: number | null; maxParallel?: number | null } {
  const takesValue = verb === "budget" || verb === "parallel";
  if (!takesValue && verb !== "status" && verb !== "stop")
    throw new UsageError(`nbr service ${verb}: use "status", "stop", "budget" or "parallel".`, "service");
  if (takesValue !== (value !== undefined) || more.length > 0)
    throw new UsageError(
      takesValue
        ? `nbr service ${verb} takes one value, or auto.`
        : `nbr service ${verb} takes no arguments.`,
      "service",
    );
  if (value === undefined) return {};
  if (verb === "budget") return { heldBudgetMB: value === "auto" ? null : parseMB(value) };
  if (value === "auto") return { maxParallel: null };
  const nukes = parallelSchema.safeParse(/^\d+$/u.test(value) ? Number(value) : Number.NaN);
  if (nukes.success) return { maxParallel: nukes.data };
  throw new UsageError(`nbr service parallel takes 1 to 256 Nukes, or auto, not "${value}".`, "service");
}

/** Ends the service, also one that hangs; then the next one ends the Nukes that were left. */
async function stopByForce(flags: Flags, terminal: Terminal): Promise<number> {
  let client: RenderServiceClient | null = null;
  try {
    client = await findRenderService();
    if (client !== null) return await stop(client, flags, terminal);
    terminal.out(flags.json ? JSON.stringify({ running: false }) : "No render service is running.");
    return exitCodes.allFramesOnDisk;
  } catch (error) {
    if (!(error instanceof RenderServiceError) || error.reason !== "not-reachable") throw error;
    // One that answers is not hung: it still ends its Nukes.
    if (client !== null && (await answers(client))) throw error;
    const pid = await killService();
    if (pid !== null) terminal.err(`The render service (process ${pid}) did not respond and was killed.`);
    const next = await findRenderJobs();
    if (next !== null) return await stop(next, flags, terminal);
    terminal.out(flags.json ? JSON.stringify({ running: false }) : "The render service has ended.");
    return exitCodes.allFramesOnDisk;
  } finally {
    client?.dispose();
  }
}

function answers(client: RenderServiceClient): Promise<boolean> {
  return client.limits().then(
    () => true,
    () => false,
  );
}

async function stop(
  client: RenderServiceClient,
  { json, force }: Flags,
  terminal: Terminal,
): Promise<number> {
  await client.shutdown({ force });
  terminal.out(json ? JSON.stringify({ running: false }) : "The render service has ended.");
  return exitCodes.allFramesOnDisk;
}

async function showStatus(client: RenderServiceClient, { json }: Flags, terminal: Terminal): Promise<number> {
  const [jobs, limits, notices] = [await client.jobs(), await client.limits(), await client.notices()];
  const { pid, version, stateFolder } = client.hello;
  if (json) {
    terminal.out(
      JSON.stringify({
        running: true,
        pid,
        version,
        stateFolder,
        limits,
        jobs: jobs.map(statusJson),
        notices,
      }),
    );
    return 0;
  }
  terminal.out(`render service ${version}, process ${pid}, state in ${stateFolder}`);
  terminal.out(limitsText(limits));
  for (const { text } of notices) terminal.out(`! ${text}`);
  const rows = jobs.map((job) => [
    job.job,
    job.write,
    stateWord(job.state),
    `${job.framesDone}/${job.frameCount}`,
    job.script,
  ]);
  if (rows.length > 0)
    for (const line of table(["job", "Write", "state", "frames", "script"], rows, [3])) terminal.out(line);
  return 0;
}

function limitsText({ budgetMB, budgetHeld, maxParallel, running }: ServiceLimits): string {
  const memory = `${displayMB(budgetMB)} of memory${budgetHeld ? " (nbr service budget auto resets it)" : ""}`;
  const nukes =
    maxParallel === null ? "as many Nukes as the machine allows" : count(maxParallel, "parallel Nuke");
  return `all renders together: ${memory}, ${nukes}; ${count(running, "Nuke")} running`;
}
