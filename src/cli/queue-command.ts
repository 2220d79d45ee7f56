/** `nbr priority`, `parallel` and `cancel --chunk`: what is changed of jobs that wait or run. */
import { statusJson } from "./status-json.ts";
import { parseArgs } from "node:util";
import { count, stateText } from "../plan/text/display.ts";
import type { JobStatus } from "../plan/job/events.ts";
import { parallelSchema, prioritySchema } from "../plan/request.ts";
import { UsageError } from "./failure.ts";
import { clientWith } from "./job-client.ts";
import type { Terminal } from "./terminal.ts";

/** `nbr priority JOB P`: of jobs that wait, those of higher priority start first; `next`: before all others. */
export async function priorityCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const { job, value, json } = jobAndValue(args, "priority");
  const priority = value === "next" ? null : wholeNumber(value);
  if (priority !== null && !prioritySchema.safeParse(priority).success)
    throw new UsageError(
      `A priority is a whole number from 0 to 100, or "next", not "${value}".`,
      "priority",
    );
  const client = await clientWith([job]);
  try {
    await (priority === null ? client.renderNext({ job }) : client.setPriority({ job, priority }));
    tell(await client.job(job), json, terminal, (status) => `priority ${status.priority}`);
    return 0;
  } finally {
    client.dispose();
  }
}

/** `nbr parallel JOB N`: Nukes of a job at once, from now on. */
export async function parallelCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const { job, value, json } = jobAndValue(args, "parallel");
  const parallel = parallelSchema.safeParse(wholeNumber(value));
  if (!parallel.success)
    throw new UsageError(
      `The number of parallel Nukes is a whole number from 1 to 256, not "${value}".`,
      "parallel",
    );
  const client = await clientWith([job]);
  try {
    await client.setParallel({ job, parallel: parallel.data });
    tell(await client.job(job), json, terminal, (status) => count(status.parallel, "parallel Nuke"));
    return 0;
  } finally {
    client.dispose();
  }
}

/** Ends single chunks of one job, numbered from 1 as people see them; the job continues. */
export async function cancelChunks(
  jobs: readonly string[],
  chunks: readonly string[],
  json: boolean,
  terminal: Terminal,
): Promise<number> {
  const [job] = jobs;
  if (job === undefined || jobs.length > 1)
    throw new UsageError("Which job? --chunk belongs to one; nbr ps lists them.", "cancel");
  const numbers = chunks.map((text) => wholeNumber(text));
  if (numbers.some((number) => !(number >= 1)))
    throw new UsageError(`--chunk takes a chunk's number, from 1 on; nbr ps ${job} lists them.`, "cancel");
  const client = await clientWith([job]);
  try {
    for (const number of numbers) await client.cancelChunk({ job, chunk: number - 1 });
    const what = `chunk ${numbers.join(", ")} cancelled`;
    tell(await client.job(job), json, terminal, () => what);
    return 0;
  } finally {
    client.dispose();
  }
}

/** What holds now; of a job that has ended, only that. */
function tell(
  status: JobStatus,
  json: boolean,
  terminal: Terminal,
  change: (status: JobStatus) => string,
): void {
  if (json) terminal.out(JSON.stringify(statusJson(status)));
  else if (status.state.kind === "done") terminal.out(`${status.job} has finished: ${stateText(status)}`);
  else terminal.out(`${status.job}: ${change(status)} · ${stateText(status)}`);
}

function jobAndValue(
  args: readonly string[],
  command: "priority" | "parallel",
): { job: string; value: string; json: boolean } {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { json: { type: "boolean" } },
    allowPositionals: true,
    strict: true,
  });
  const [job, value, ...more] = positionals;
  if (job === undefined || value === undefined || more.length > 0)
    throw new UsageError(`nbr ${command} takes a job's name and a number; nbr ps lists the jobs.`, command);
  return { job, value, json: values.json ?? false };
}

/** NaN for anything else. */
function wholeNumber(text: string): number {
  return /^\d+$/u.test(text) ? Number(text) : Number.NaN;
}
