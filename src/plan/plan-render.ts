import {
  checkFileName,
  checkFolders,
  checkMemory,
  checkNuke,
  checkSamePath,
  checkUnsaved,
  checkWrite,
} from "./checks.ts";
import { checkNeeds } from "./write-order.ts";
import { type CommandBase, commandLine, frameCommand } from "./command-line.ts";
import { divideFrames } from "./frames/divide.ts";
import type { PlanFacts } from "./facts.ts";
import { formatFrames } from "./frames/frames.ts";
import { defaultCacheMB, defaultParallel, defaultThreads, memorySum, nukesThatFit } from "./memory.ts";
import { type ChosenRange, chooseRange } from "./frames/range.ts";
import type { Chunk, NukeCommand, Problem, RenderPlan } from "./render-plan.ts";
import { FORWARD, orderText } from "./frames/order.ts";
import { type ChosenFrames, chooseFrames } from "./output/overwrite.ts";
import {
  DEFAULT_OVERWRITE,
  DEFAULT_PRIORITY,
  DEFAULT_RETRIES,
  type RenderRequest,
  type Split,
} from "./request.ts";
import { selectFrames } from "./frames/select-frames.ts";
import { snapshotPolicy } from "./snapshot-policy.ts";
import type { ScriptFacts, WriteTarget } from "./target.ts";
import { WARM_COMMANDS, planWarm, warmLine } from "./warm-command.ts";

/** Shown in command lines as long as no Nuke has been found; a plan with this in it has an error and is never run. */
const unknownNuke: NukeCommand = { argv: ["nuke"], version: "", demo: false };

/**
 * The whole plan of a render: range, chunks with their exact command lines, memory, and what is in the way. Pure, so the form, the
 * terminal and the service's clients all show and run the same plan. A plan with a problem of severity `error` must not be run.
 */
export function planRender(request: RenderRequest, facts: PlanFacts): RenderPlan {
  const write = facts.script.writes.find((one) => one.name === request.write);
  if (!write) return emptyPlan(request, facts, writeMissing(request.write, facts.script));

  const range = chooseRange(facts.script, write, request.range);
  const views = request.views ?? [];
  const rendered = views.length > 0 ? views : write.views;
  const file = outputFile(write, request, facts.script);
  const selection = chooseSelection(request, facts, { write, range, rendered, file });
  const { frames } = selection;
  const shape = chooseShape(request, facts, write, frames.length);
  const work = divideWork(request, facts, { write, frames, steps: range.list.steps, shape });
  const memory = memorySum(facts.machine, shape.parallel, shape.cacheMB);
  const care = snapshotPolicy(request.whileRendering ?? facts.whileRendering ?? "copy", facts.script);

  return {
    script: request.script,
    write: write.name,
    frames: formatFrames(frames, range.list.steps),
    frameCount: frames.length,
    movie: write.movie,
    filesPerFrame: write.viewToken ? Math.max(1, rendered.length) : 1,
    outputFile: file,
    ...(write.viewToken ? { views: [...rendered] } : {}),
    ...(write.renumbered ? { renumbered: true } : {}),
    cwd: facts.cwd,
    chunks: work.chunks,
    command: work.command,
    warm: work.warm,
    parallel: shape.parallel,
    deal: work.deal,
    order: work.order,
    priority: request.priority ?? DEFAULT_PRIORITY,
    threads: shape.threads,
    memory,
    continueOnError: request.continueOnError,
    retries: request.retries ?? DEFAULT_RETRIES,
    whileRendering: care.whileRendering,
    nuke: facts.nuke,
    request,
    ...(selection.replaces === undefined ? {} : { replaces: selection.replaces }),
    problems: [
      ...checkUnsaved(facts),
      ...care.problems,
      ...checkNuke(facts),
      ...checkWrite(write),
      ...range.problems,
      ...selection.problems,
      ...checkNeeds(write, range.list.frames, facts),
      ...checkFileName(write, range.list.frames.length, rendered),
      ...checkFolders(write, facts),
      ...checkSamePath(write, facts.script),
      ...movieNotice(write, request),
      ...work.problems,
      ...checkMemory(memory),
    ],
  };
}

interface Selected {
  readonly write: WriteTarget;
  readonly range: ChosenRange;
  /** Views that are rendered. */
  readonly rendered: readonly string[];
  readonly file: string | null;
}

/** Which frames of the range are rendered, by what is on disk. */
function chooseSelection(
  request: RenderRequest,
  facts: PlanFacts,
  { write, range, rendered, file }: Selected,
): ChosenFrames {
  const policy = request.overwrite ?? facts.overwrite ?? DEFAULT_OVERWRITE;
  const question = { only: request.only, write, views: rendered, outputFile: file, policy };
  // Test pictures may always be replaced.
  return facts.nuke?.demo === true
    ? selectFrames(range.list.frames, question, facts)
    : chooseFrames(range.list.frames, question, facts);
}

type Work = Pick<RenderPlan, "chunks" | "command" | "warm" | "deal" | "order" | "problems">;

interface Divisible {
  readonly write: WriteTarget;
  readonly frames: readonly number[];
  /** How the range was typed. */
  readonly steps: ReadonlySet<number>;
  readonly shape: Shape;
}

/** The chunks with their exact command lines, in the order they start. */
function divideWork(
  request: RenderRequest,
  facts: PlanFacts,
  { write, frames, steps, shape }: Divisible,
): Work {
  const base: CommandBase = {
    nuke: facts.nuke ?? unknownNuke,
    script: request.script,
    write: write.name,
    threads: shape.threads,
    cacheMB: shape.cacheMB,
    views: request.views ?? [],
    proxy: request.proxy,
    continueOnError: request.continueOnError,
    extraArguments: request.extraArguments ?? [],
  };
  const command = frameCommand(base);
  const { warm, problems } = planWarm(request, facts, write, base);
  // Nukes that stay open share their frames out among themselves.
  const deal = warm ? "fixed" : dealOf(request, write);
  const order = write.movie ? FORWARD : (request.order ?? FORWARD);
  const by =
    deal === "auto"
      ? { by: "auto" as const, nukes: shape.parallel, pace: null }
      : warm
        ? { by: "chunks" as const, count: shape.parallel }
        : shape.split;
  const chunks = divideFrames(frames, { by, order }).map((part, index): Chunk => ({
    index,
    frames: formatFrames(part, steps),
    count: part.length,
    argv: warm ? warmLine(warm, WARM_COMMANDS) : commandLine(command, part, steps),
  }));
  return { chunks, command, warm, deal, order, problems: [...problems] };
}

/** The errors that stop a plan; empty when it may run. `ignored`: codes that the user chose to ignore. */
export function stoppers(
  { problems }: Pick<RenderPlan, "problems">,
  ignored: ReadonlySet<string> = new Set(),
): Problem[] {
  return problems.filter((problem) => problem.severity === "error" && !ignored.has(problem.code));
}

/** Distributed automatically unless the request asks for chunks; a container is never distributed. */
function dealOf({ deal, split }: RenderRequest, { movie }: WriteTarget): RenderPlan["deal"] {
  if (movie) return "fixed";
  return (deal ?? (split === undefined ? "auto" : "split")) === "auto" ? "auto" : "fixed";
}

interface Shape {
  readonly split: Split;
  readonly parallel: number;
  readonly threads: number;
  readonly cacheMB: number;
}

/** How many chunks, how many at once, and what each Nuke gets; what was typed wins over what the machine would suggest. */
function chooseShape(
  request: RenderRequest,
  facts: PlanFacts,
  write: WriteTarget,
  frameCount: number,
): Shape {
  const { machine } = facts;
  const suggested = request.parallel ?? defaultParallel(machine, request.cacheMB);
  // One process must write a container from end to end (nuke-cli.md 5.2).
  const split: Split = write.movie
    ? { by: "chunks", count: 1 }
    : (request.split ?? { by: "chunks", count: suggested });
  const chunkCount =
    split.by === "chunks"
      ? Math.min(split.count, Math.max(1, frameCount))
      : Math.max(1, Math.ceil(frameCount / split.size));
  // A request for four chunks means four parallel Nukes, even on two cores; forty run as the machine allows.
  const atOnce = split.by === "chunks" ? Math.max(machine.cores, 4) : suggested;
  const parallel = Math.min(
    chunkCount,
    request.parallel ?? Math.min(atOnce, nukesThatFit(machine, request.cacheMB)),
  );
  return {
    split,
    parallel,
    threads: request.threads ?? defaultThreads(machine, parallel),
    cacheMB: request.cacheMB ?? defaultCacheMB(machine, parallel),
  };
}

function outputFile(write: WriteTarget, request: RenderRequest, script: ScriptFacts): string | null {
  const proxy = request.proxy === "proxy" || (request.proxy === "script" && script.proxy);
  // The proxy name is used when it is filled (nuke-cli.md 5.2), and reading has resolved only the full-size name.
  return proxy && write.proxyFile !== "" ? null : write.resolvedFile;
}

/** What was asked for and has no meaning for a movie, by name. */
function movieNotice(write: WriteTarget, { split, order = FORWARD }: RenderRequest): Problem[] {
  if (!write.movie) return [];
  const lost = [
    ...(split && (split.by === "frames" || split.count > 1) ? ["it is not split"] : []),
    ...(order.by === "forward" ? [] : [`the order ${orderText(order)} does not apply`]),
  ];
  if (lost.length === 0) return [];
  const message = `${write.name} writes one ${write.fileType || "movie"} file, which one Nuke must write from the first frame to the last: ${lost.join(", and ")}.`;
  return [{ code: "movie-not-split", severity: "info", message }];
}

function writeMissing(name: string, script: ScriptFacts): Problem {
  const names = script.writes.map((write) => write.name);
  const message =
    names.length === 0
      ? `The script has no Write node, so "${name}" cannot be rendered.`
      : `There is no Write named "${name}" in the script. It has ${names.join(", ")}.`;
  return { code: "write-missing", severity: "error", message };
}

function emptyPlan(request: RenderRequest, facts: PlanFacts, problem: Problem): RenderPlan {
  return {
    script: request.script,
    write: request.write,
    frames: "",
    frameCount: 0,
    movie: false,
    filesPerFrame: 1,
    outputFile: null,
    cwd: facts.cwd,
    chunks: [],
    command: { before: [], after: [] },
    parallel: 1,
    deal: "fixed",
    order: FORWARD,
    priority: request.priority ?? DEFAULT_PRIORITY,
    threads: 1,
    memory: memorySum(facts.machine, 1, defaultCacheMB(facts.machine, 1)),
    continueOnError: request.continueOnError,
    retries: request.retries ?? DEFAULT_RETRIES,
    nuke: facts.nuke,
    problems: [problem],
  };
}
