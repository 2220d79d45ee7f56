/** What is looked at before anything starts. Each finding says what to do next; errors stop the render. */
import { DEMO_FOLDER_VARIABLE } from "./output/demo-output.ts";
import type { PlanFacts } from "./facts.ts";
import { frameTokenProblem, withHashes } from "./frames/frame-file.ts";
import type { MemorySum, Problem } from "./render-plan.ts";
import { displayMB } from "./text/size.ts";
import type { ScriptFacts, WriteTarget } from "./target.ts";

/** File types that hold several views in one file (nuke-cli.md 5.1). */
const multiViewTypes = new Set(["exr", "sxr"]);

/** Whether the Write can be rendered at all. */
export function checkWrite(write: WriteTarget): Problem[] {
  const problems: Problem[] = [];
  if (write.disabled) {
    problems.push(
      error(
        "write-disabled",
        `${write.name} is disabled and Nuke would skip it. Enable it in the script first.`,
      ),
    );
  } else if (write.disabledByExpression) {
    const message = `Whether ${write.name} is disabled depends on an expression. If it is, Nuke will skip it and every frame will be missing.`;
    problems.push({ code: "write-maybe-disabled", severity: "warning", message });
  }
  if (write.reading) {
    problems.push(
      error(
        "write-reading",
        `${write.name} is switched to read its file and would write nothing. Turn "read file" off in the Write.`,
      ),
    );
  }
  if (write.file.trim() === "") {
    problems.push(error("file-empty", `${write.name} has no file name. Fill in its "file" knob.`));
  } else if (frameTokenProblem(write.file) !== null) {
    const message = `${write.name} cannot write its files: ${frameTokenProblem(write.file)}. Write #### or %04d in its "file" knob.`;
    problems.push(error("frame-token-too-wide", message));
  } else if (write.resolvedFile === null) {
    const message = `The folder of ${write.name}, and the frames in it, could not be checked before the render: ${write.unresolved ?? "its file name is worked out by Nuke"}.`;
    problems.push({ code: "file-unresolved", severity: "info", message });
  }
  return problems;
}

/** Whether the name of the file can hold what will be written. */
export function checkFileName(write: WriteTarget, frameCount: number, views: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  // A name that only Nuke can work out may get its frame number there.
  const known = write.resolvedFile !== null && write.file.trim() !== "";
  if (known && !write.movie && !write.frameToken && frameCount > 1) {
    const message = `${write.name} would write ${frameCount} frames to one file: "${write.file}" has no frame number. Put #### or %04d in the name, or render a single frame.`;
    problems.push(error("no-frame-token", message));
  }
  if (
    known &&
    !write.viewToken &&
    views.length > 1 &&
    !multiViewTypes.has(write.fileType) &&
    !namesView(write.file, views)
  ) {
    const message = `${write.name} would write ${views.length} views (${views.join(", ")}) to one ${write.fileType || "file"}. Put %V in the file name, or choose one view.`;
    problems.push(error("no-view-token", message));
  }
  return problems;
}

/** Whether the folders are there. */
export function checkFolders(write: WriteTarget, facts: PlanFacts): Problem[] {
  const problems: Problem[] = [];
  for (const { folder, exists, writable } of facts.outputs[write.name] ?? []) {
    if (!writable) {
      const message = exists
        ? `The folder "${folder}" cannot be written to. Get write permission for it, or change the file name of ${write.name}.`
        : `The folder "${folder}" does not exist and cannot be created there. Check the path of ${write.name}.`;
      problems.push({ ...error("folder-not-writable", message), path: folder });
    } else if (!exists && !write.createDirectories && !facts.createFolders) {
      const message = `The folder "${folder}" does not exist, and Nuke would not create it. Create it, or turn on "create directories" in ${write.name}.`;
      problems.push({ ...error("folder-missing", message), fix: "create-folder", path: folder });
    }
  }
  return problems;
}

/** Whether another enabled Write writes the same file. */
export function checkSamePath(write: WriteTarget, script: ScriptFacts): Problem[] {
  const path = outputName(write);
  if (path === "" || write.disabled) return [];
  const others = writersOf(script)
    .get(path)
    ?.filter(({ name }) => name !== write.name);
  if (others === undefined || others.length === 0) return [];
  const more = others.length > MOST_NAMED ? ` and ${others.length - MOST_NAMED} more` : "";
  const names = `${others
    .slice(0, MOST_NAMED)
    .map(({ name }) => name)
    .join(", ")}${more}`;
  const message = `${write.name} and ${names} write to the same files, "${path}". Give one of them another name or disable it.`;
  return [error("same-path", message)];
}

/** Writes that one message names. */
const MOST_NAMED = 10;

const knownWriters = new WeakMap<ScriptFacts, ReadonlyMap<string, WriteTarget[]>>();

/** Which Writes write each file; looked up for every Write of a script. */
function writersOf(script: ScriptFacts): ReadonlyMap<string, WriteTarget[]> {
  const known = knownWriters.get(script);
  if (known) return known;
  const writers = new Map<string, WriteTarget[]>();
  for (const write of script.writes) {
    if (write.disabled || write.reading) continue;
    const same = writers.get(outputName(write));
    if (same) same.push(write);
    else writers.set(outputName(write), [write]);
  }
  knownWriters.set(script, writers);
  return writers;
}

export function checkMemory(memory: MemorySum): Problem[] {
  const sum = `${memory.parallel} × (${displayMB(memory.cacheMB)} cache + ${displayMB(memory.allowanceMB)} allowance) = ${displayMB(memory.sumMB)}`;
  const advice = "Use fewer parallel Nukes or a smaller cache.";
  if (memory.sumMB > memory.budgetMB) {
    const message = `${sum} is more than the budget of ${displayMB(memory.budgetMB)} for all Nukes on this machine. ${advice}`;
    return [{ code: "memory-over-budget", severity: "warning", message }];
  }
  if (memory.sumMB > memory.freeMB) {
    const message = `${sum} is more than the ${displayMB(memory.freeMB)} of free memory. ${advice}`;
    return [{ code: "memory-over-free", severity: "warning", message }];
  }
  return [];
}

export function checkNuke({ nuke, nukeTrouble, script }: PlanFacts): Problem[] {
  if (nuke === null) {
    const wanted = script.version ? `asks for Nuke ${script.version.replace(" ", "")}` : "names no version";
    const message =
      nukeTrouble ??
      `No Nuke was found for this script, which ${wanted}. Set nukeRender.nuke.executables to its path, or render test pictures with the demo renderer.`;
    return [{ ...error("nuke-missing", message), fix: "choose-nuke" }];
  }
  if (nuke.demo) {
    const folder = nuke.env?.[DEMO_FOLDER_VARIABLE];
    const place = folder === undefined ? "a separate folder" : `"${folder}"`;
    const message = `The demo renderer is used instead of Nuke. It writes test pictures with the frame number in them to ${place}, not your comp. Your own frames are not touched.`;
    return [{ code: "nuke-demo", severity: "info", message }];
  }
  if (script.version === null || nuke.version === "") return [];
  const wanted = majorMinor(script.version);
  if (wanted === majorMinor(nuke.version)) return [];
  const message = `The script was saved by Nuke ${script.version.replace(" ", "")} and will be rendered with Nuke ${nuke.version}. Results may differ.`;
  return [{ code: "nuke-other-version", severity: "warning", message }];
}

export function checkUnsaved(facts: PlanFacts): Problem[] {
  if (!facts.unsaved) return [];
  const message =
    "The script has unsaved changes, and Nuke would render the version on disk. Save it first, or render a saved copy.";
  return [{ ...error("script-unsaved", message), fix: "save-script" }];
}

/** The name two Writes must not share; the plain knob text where the path could not be worked out. */
function outputName(write: WriteTarget): string {
  return withHashes(write.resolvedFile ?? write.file).replaceAll("\\", "/");
}

function majorMinor(version: string): string {
  return /^\d+\.\d+/u.exec(version)?.[0] ?? version;
}

/** "view name in the path" also satisfies Nuke (nuke-cli.md 5.1). */
function namesView(file: string, views: readonly string[]): boolean {
  return views.some((view) => file.includes(view));
}

function error(code: Problem["code"], message: string): Problem {
  return { code, severity: "error", message };
}
