import { type QuickPickItem, window } from "vscode";
import { runningText } from "../../plan/text/display.ts";
import type { ChunkStatus, JobStatus } from "../../plan/job/events.ts";
import { parallelSchema, prioritySchema } from "../../plan/request.ts";
import { pickActive } from "./pick-job.ts";
import type { Renders } from "./renders.ts";
import { showInformationMessage } from "../notify.ts";

type Handler = (...args: readonly unknown[]) => Promise<void>;

/** What is changed of renders while they wait or run; each command takes a job, or asks which. */
export function queueCommands(renders: Renders): Record<string, Handler> {
  const onJob =
    (verb: string, action: (job: JobStatus, value: unknown) => Promise<void>): Handler =>
    async (given, value) => {
      const id = typeof given === "string" ? given : await pickActive(renders, verb);
      const job = id === undefined ? undefined : renders.get(id);
      if (job) await action(job, value);
    };
  return {
    "nukeRender.renderNext": onJob("Put first", ({ job }) => renders.renderNext(job)),
    "nukeRender.changePriority": onJob("Change the priority of", async (job, value) => {
      const priority = prioritySchema.safeParse(
        value ??
          (await askNumber({
            title: `Priority of ${job.write}`,
            prompt: "0 to 100. Queued renders of higher priority start first. Running Nukes continue.",
            now: job.priority,
            fits: (number) => prioritySchema.safeParse(number).success,
          })),
      );
      if (priority.success) await renders.setPriority(job.job, priority.data);
    }),
    "nukeRender.changeParallel": onJob("Change the Nukes of", async (job, value) => {
      const parallel = parallelSchema.safeParse(
        value ??
          (await askNumber({
            title: `Parallel Nukes for ${job.write}`,
            prompt: "1 to 256, as memory allows. If you lower it, extra Nukes finish their chunks first.",
            now: job.parallel,
            fits: (number) => parallelSchema.safeParse(number).success,
          })),
      );
      if (parallel.success) await renders.setParallel(job.job, parallel.data);
    }),
    "nukeRender.cancelChunk": onJob("Cancel a chunk of", async (job, value) => {
      const chunk = typeof value === "number" ? value : await pickChunk(job);
      if (chunk !== undefined) await renders.cancelChunk(job.job, chunk);
    }),
  };
}

interface Question {
  readonly title: string;
  readonly prompt: string;
  readonly now: number;
  readonly fits: (number: number) => boolean;
}

/** Undefined: the user cancelled. */
async function askNumber({ title, prompt, now, fits }: Question): Promise<number | undefined> {
  const read = (text: string): number => (/^\d+$/u.test(text.trim()) ? Number(text) : Number.NaN);
  const text = await window.showInputBox({
    title,
    prompt,
    value: String(now),
    validateInput: (typed) => (fits(read(typed)) ? undefined : prompt),
  });
  return text === undefined ? undefined : read(text);
}

async function pickChunk(job: JobStatus): Promise<number | undefined> {
  const open = job.chunks.filter(({ state }) => state !== "finished");
  const items = open.map((chunk): QuickPickItem & { index: number } => ({
    label: `Chunk ${chunk.index + 1}`,
    description: chunkText(chunk),
    index: chunk.index,
  }));
  if (items.length === 0) {
    void showInformationMessage(`${job.write}: ${runningText(job)}; no chunk is queued or rendering.`);
    return undefined;
  }
  const placeHolder = "Cancel which chunk? Its unfinished frames are reported as missing.";
  return (await window.showQuickPick(items, { placeHolder }))?.index;
}

function chunkText({ frames, state, framesDone, count }: ChunkStatus): string {
  return state === "waiting" ? `${frames} · waiting` : `${frames} · ${framesDone}/${count} frames`;
}
