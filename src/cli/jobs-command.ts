/** `nbr ps`, `logs`, `cancel`, `pause`, `resume`, `retry`: the jobs of this user's render service. Only `retry` starts a service. */
import { stateWord, statusJson } from "./status-json.ts";
import { parseArgs } from "node:util";
import { count, endingText, framesText, rangesText, runningText, stateText } from "../plan/text/display.ts";
import type { JobStatus } from "../plan/job/events.ts";
import { BEING_RENDERED } from "../plan/output/output-conflict.ts";
import { repeatOf } from "../plan/job/repeat.ts";
import type { RenderServiceClient } from "../render-service/client/client.ts";
import { connectRenderService, findRenderJobs } from "../render-service/client/connect.ts";
import { UsageError } from "./failure.ts";
import { clientWith } from "./job-client.ts";
import { renderCommand } from "./render-command.ts";
import { cancelChunks } from "./queue-command.ts";
import { printChunks, table } from "./summary.ts";
import type { Terminal } from "./terminal.ts";

/** How long what the service has found damaged is news, ms. */
const NEW_MS = 3_600_000;

/** `nbr ps`: jobs that are not over; with `--all` the finished ones too; with a name, that job's chunks. */
export async function psCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { json: { type: "boolean" }, all: { type: "boolean" } },
    allowPositionals: true,
    strict: true,
  });
  const [id] = positionals;
  if (positionals.length > 1)
    throw new UsageError("One job at a time. Without a name, all jobs are listed.", "ps");
  if (id !== undefined) return await showJob(id, values.json ?? false, terminal);
  const client = await findRenderJobs();
  const jobs = (await client?.jobs()) ?? [];
  const notices = (await client?.notices()) ?? [];
  client?.dispose();
  // nbr service status has all of them.
  for (const { at, text } of notices) if (Date.now() - at < NEW_MS) terminal.err(`! ${text}`);
  const shown = jobs.filter((job) => (values.all ?? false) || job.state.kind !== "done");
  if (values.json ?? false) {
    for (const job of shown) terminal.out(JSON.stringify(statusJson(job)));
    return 0;
  }
  const rows = shown.map((job) => [
    job.job,
    job.write,
    stateWord(job.state),
    String(job.priority),
    stateText(job),
    job.script,
  ]);
  const head = ["job", "Write", "state", "priority", "progress", "script"];
  if (rows.length === 0) terminal.out("Nothing is rendering.");
  else for (const line of table(head, rows, [3])) terminal.out(line);
  return 0;
}

async function showJob(id: string, json: boolean, terminal: Terminal): Promise<number> {
  const client = await clientWith([id]);
  const status = await client.job(id).finally(() => client.dispose());
  if (json) terminal.out(JSON.stringify(statusJson(status)));
  else {
    terminal.out(`${status.write} of ${status.script}: ${stateText(status)}`);
    terminal.out(`priority ${status.priority}, ${count(status.parallel, "parallel Nuke")}`);
    if (status.damaged !== null && status.state.kind !== "done") {
      terminal.out(`damaged: ${status.damaged}`);
      terminal.out(`on disk: ${rangesText(status.doneRanges)}; missing: ${rangesText(status.missingRanges)}`);
      terminal.out(`nbr retry ${id} renders the missing frames; nbr forget ${id} removes it from the list.`);
    }
    printChunks(status, terminal);
  }
  return 0;
}

/** `nbr cancel`: ends jobs and waits for their end; frames that are done stay. */
export async function cancelCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      json: { type: "boolean" },
      all: { type: "boolean" },
      chunk: { type: "string", multiple: true },
    },
    allowPositionals: true,
    strict: true,
  });
  const all = values.all ?? false;
  if (values.chunk !== undefined) {
    if (all) throw new UsageError("--all and --chunk cannot be combined.", "cancel");
    return await cancelChunks(positionals, values.chunk, values.json ?? false, terminal);
  }
  if (positionals.length === 0 && !all)
    throw new UsageError("Which jobs? Name them, or use --all; nbr ps lists them.", "cancel");
  const client = all ? await findRenderJobs() : await clientWith(positionals);
  const jobs = ((await client?.jobs()) ?? []).filter(
    ({ job, state }) => state.kind !== "done" && (all || positionals.includes(job)),
  );
  try {
    if (client === null || jobs.length === 0) {
      terminal.err("None of these is rendering.");
      return 0;
    }
    const ends = jobs.map(({ job }) => endOf(client, job));
    await client.watch({ jobs: jobs.map(({ job }) => job), lines: false });
    for (const { job } of jobs) await client.cancel({ job });
    for (const status of await Promise.all(ends))
      terminal.out(
        (values.json ?? false)
          ? JSON.stringify(statusJson(status))
          : `■ ${status.job}: ${endingText(status)}. Done: ${rangesText(status.doneRanges)}`,
      );
    return 0;
  } finally {
    client?.dispose();
  }
}

/** `nbr pause` and `nbr resume`: a paused job has no Nuke at work; what they had not finished is rendered when it is resumed. */
export async function pauseCommand(
  verb: "pause" | "resume",
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      json: { type: "boolean" },
      ...(verb === "resume" ? { ignore: { type: "string" as const, multiple: true } } : {}),
    },
    allowPositionals: true,
    strict: true,
  });
  const ignore = readIgnored(values.ignore);
  if (positionals.length === 0)
    throw new UsageError(`Which jobs? Name those to ${verb}; nbr ps lists them.`, verb);
  const client = await clientWith(positionals);
  try {
    for (const job of positionals) {
      await (verb === "pause" ? client.pause({ job }) : client.resume({ job, ignore }));
      const status = await client.job(job);
      terminal.out(
        (values.json ?? false) ? JSON.stringify(statusJson(status)) : `${job}: ${stateText(status)}`,
      );
    }
    return 0;
  } finally {
    client.dispose();
  }
}

function readIgnored(codes: unknown): [typeof BEING_RENDERED] | undefined {
  if (codes === undefined) return undefined;
  if (Array.isArray(codes) && codes.every((code) => code === BEING_RENDERED)) return [BEING_RENDERED];
  throw new UsageError(`--ignore: only ${BEING_RENDERED} can be ignored.`, "resume");
}

/** `nbr forget`: removes finished or damaged jobs with their logs; frames stay. */
export async function forgetCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { json: { type: "boolean" } },
    allowPositionals: true,
    strict: true,
  });
  if (positionals.length === 0)
    throw new UsageError("Which jobs? Name those to forget; nbr ps --all lists them.", "forget");
  const client = await clientWith(positionals);
  try {
    for (const job of positionals) {
      await client.forget({ job });
      terminal.out((values.json ?? false) ? JSON.stringify({ job, forgotten: true }) : `${job}: forgotten`);
    }
    return 0;
  } finally {
    client.dispose();
  }
}

/** `nbr retry`: renders the frames that a finished job left missing as it rendered them; flags of `nbr render` change that. */
export async function retryCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const [id, ...flags] = args;
  if (id === undefined || id.startsWith("-"))
    throw new UsageError("Which job? Its name comes first; nbr ps --all lists them.", "retry");
  // It will render: unlike the other commands it may start a service.
  const client = await clientWith([id], () => connectRenderService());
  const [status, plan] = await Promise.all([client.job(id), client.plan(id)]).finally(() => client.dispose());
  if (status.state.kind !== "done" && status.damaged === null)
    throw new UsageError(
      `${id} has not finished: ${runningText(status)}. Wait, or cancel it first.`,
      "retry",
    );
  if (status.missingRanges.length === 0) {
    terminal.err(`Nothing is missing: all ${framesText(status.frameCount, status)} of ${id} were on disk.`);
    return 0;
  }
  const given = (flag: string): boolean => flags.some((word) => word === flag || word.startsWith(`${flag}=`));
  const usual = (flag: string, value: string): string[] => (given(flag) ? [] : [`${flag}=${value}`]);
  const words = [
    status.script,
    ...usual("--write", status.write),
    ...usual("--range", status.missingRanges.join(" ")),
    // A damaged frame that the job left may always be replaced.
    ...usual("--overwrite", "always"),
  ];
  const repeat = plan === null ? null : repeatOf(plan, status);
  if (repeat !== null) return await renderCommand([...words, ...flags], terminal, repeat);
  terminal.err(
    `The options of ${id} are no longer known. Its frames are rendered with the current settings.`,
  );
  const demo = status.demo && !flags.includes("--demo") ? ["--demo"] : [];
  return await renderCommand([...words, ...demo, ...flags], terminal);
}

function endOf(client: RenderServiceClient, job: string): Promise<JobStatus> {
  return new Promise((resolve) => {
    const listener = client.onEvent((event) => {
      if (event.type !== "finished" || event.job !== job) return;
      listener.dispose();
      resolve(event.status);
    });
  });
}
