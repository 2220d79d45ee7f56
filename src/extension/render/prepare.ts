import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { TextDocument } from "vscode";
import { planRender, stoppers } from "../../plan/plan-render.ts";
import type { PlanFacts } from "../../plan/facts.ts";
import type { NukeCommand, Problem, RenderPlan } from "../../plan/render-plan.ts";
import type { Repeat } from "../../plan/job/repeat.ts";
import type { RenderOptions, RenderRequest } from "../../plan/request.ts";
import { createFolder } from "../../facts/output-folders.ts";
import type { ScriptReader } from "../script-reader.ts";
import { chooseNuke } from "./choose-nuke.ts";
import { factsFor } from "./collect-facts.ts";
import { showErrorMessage } from "../notify.ts";

/** A plan that may run, with what was decided on the way. */
export interface Prepared {
  readonly plan: RenderPlan;
  readonly facts: PlanFacts;
  readonly decisions: Decisions;
  /** A copy of the unsaved text, ours to remove afterwards. */
  readonly temporaryScript?: string;
}

export interface PrepareWishes {
  readonly demo?: boolean;
  readonly earlier?: Decisions | undefined;
  /** An earlier render, whose Nuke renders again. */
  readonly repeat?: Repeat | undefined;
}

/** Answers of the user; they also apply to the other Writes of the same submission. */
export interface Decisions {
  demo: boolean;
  /** The Nuke of a render that is repeated, until another one is chosen. */
  nuke?: NukeCommand | undefined;
  copy: string | null;
  readonly ignored: Set<Problem["code"]>;
  /** About frames that are on disk. */
  readonly frames: Pick<RenderOptions, "only" | "overwrite">;
}

export interface PrepareWishes {
  readonly demo?: boolean;
  readonly earlier?: Decisions | undefined;
  /** No one is there to decide about frames that may not be replaced. */
  readonly unattended?: boolean;
}

/** Frames may not be replaced, and no one is there to decide otherwise. */
export class OverwriteRefusedError extends Error {
  readonly reason = "overwrite-refused";
}

/**
 * Plans a render and asks one question for each problem until none is left. Null: the user decided not to
 * render. Nothing has been started then; only a folder that was agreed to may have been made.
 */
export async function prepare(
  document: TextDocument,
  request: RenderRequest,
  scripts: ScriptReader,
  { demo = false, earlier, unattended, repeat }: PrepareWishes = {},
): Promise<Prepared | null> {
  const decisions: Decisions = {
    demo: earlier?.demo ?? demo,
    nuke: repeat?.nuke,
    // Each render removes its own when it has ended.
    copy: earlier?.copy === undefined || earlier.copy === null ? null : await saveCopy(document),
    ignored: new Set([...(earlier?.ignored ?? []), ...(repeat?.ignored ?? [])]),
    frames: { ...earlier?.frames },
  };
  for (;;) {
    const asked = { ...request, ...decisions.frames };
    const { write, only, overwrite } = asked;
    const facts = await factsFor(document, scripts, {
      demo: decisions.demo || undefined,
      nuke: decisions.nuke,
      asked: { write, only, overwrite },
    });
    const plan = planRender(
      { ...asked, script: decisions.copy ?? request.script },
      { ...facts, unsaved: facts.unsaved && decisions.copy === null },
    );
    const [problem] = stoppers(plan, decisions.ignored);
    if (problem === undefined) {
      const missing = (facts.outputs[plan.write] ?? []).filter((output) => !output.exists);
      if (facts.createFolders && plan.chunks.length > 0)
        for (const { folder } of missing) await createFolder(folder);
      return {
        plan,
        facts,
        decisions,
        ...(decisions.copy === null ? {} : { temporaryScript: decisions.copy }),
      };
    }
    if (unattended === true && problem.code === "overwrite-refused") {
      if (decisions.copy !== null) await rm(decisions.copy, { force: true });
      throw new OverwriteRefusedError(problem.message);
    }
    if (await settle(problem, { document, decisions, version: facts.script.version })) continue;
    if (decisions.copy !== null) await rm(decisions.copy, { force: true });
    return null;
  }
}

interface ProblemPlace {
  readonly document: TextDocument;
  readonly decisions: Decisions;
  /** The Nuke the script asks for. */
  readonly version: string | null;
}

/** Asks about one problem; true when something was done about it and planning is worth another go. */
async function settle(problem: Problem, place: ProblemPlace): Promise<boolean> {
  const ways = waysOn(problem, place);
  const chosen = await showErrorMessage(problem.message, { modal: true }, ...Object.keys(ways));
  const way = chosen === undefined ? undefined : ways[chosen];
  return way ? await way() : false;
}

/** The buttons for a problem; each answers whether to continue. */
function waysOn(
  problem: Problem,
  { document, decisions, version }: ProblemPlace,
): Record<string, () => Promise<boolean>> {
  const goOn = async (): Promise<boolean> => {
    decisions.ignored.add(problem.code);
    return true;
  };
  const choose = async (frames: Decisions["frames"]): Promise<boolean> => {
    Object.assign(decisions.frames, frames);
    return true;
  };
  switch (problem.code) {
    case "folder-missing":
      return {
        "Create Folder": async () => {
          await createFolder(problem.path ?? "");
          return true;
        },
      };
    case "script-unsaved":
      return {
        Save: () => Promise.resolve(document.save()),
        "Render a Saved Copy": async () => {
          decisions.copy = await saveCopy(document);
          return true;
        },
      };
    case "nuke-missing":
      return {
        "Choose Nuke…": async () => {
          if (!(await chooseNuke({ scriptVersion: version, scope: document.uri }))) return false;
          decisions.nuke = undefined;
          return true;
        },
        "Render Test Pictures": async () => {
          decisions.demo = true;
          return true;
        },
      };
    case "overwrite-refused":
      return {
        ...(problem.fix === "only-missing"
          ? { "Render Only Missing": () => choose({ only: "missing" }) }
          : {}),
        "Replace This Once": () => choose({ overwrite: "always" }),
      };
    case "same-path":
    case "folder-not-writable":
      return { "Render Anyway": goOn };
    default:
      return {};
  }
}

/** Next to the script, so that relative names and `[file dirname [value root.name]]` keep their meaning. */
async function saveCopy(document: TextDocument): Promise<string> {
  const path = document.uri.fsPath;
  const copy = join(dirname(path), `.${basename(path, ".nk")}.unsaved-${randomUUID().slice(0, 8)}.nk`);
  await writeFile(copy, document.getText());
  return copy;
}
