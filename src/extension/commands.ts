import { type Disposable, commands, window, workspace } from "vscode";
import { reportErrors } from "./failures.ts";
import type { RenderForms } from "./surfaces/form.ts";
import type { NodeComparison } from "./surfaces/node-comparison.ts";
import type { RenderOutput } from "./surfaces/output.ts";
import { resumeRender } from "./render/being-rendered.ts";
import { chooseNuke } from "./render/choose-nuke.ts";
import { isDemoOn, switchDemo } from "./render/demo-setting.ts";
import { pickActive } from "./render/pick-job.ts";
import { scriptFor, writeFor } from "./render/pick-write.ts";
import { queueCommands } from "./render/queue-commands.ts";
import type { RenderActions } from "./render/render-actions.ts";
import { NotTrustedError } from "./render/start-wishes.ts";
import type { Renders } from "./render/renders.ts";
import { revealFolder, revealFolderCommand } from "./surfaces/reveal-folder.ts";
import type { ScriptReader } from "./script-reader.ts";
import { showInformationMessage } from "./notify.ts";

interface Rooms {
  readonly scripts: ScriptReader;
  readonly renders: Renders;
  readonly actions: RenderActions;
  readonly forms: RenderForms;
  readonly output: RenderOutput;
  readonly comparison: NodeComparison;
}

type Handler = (...args: readonly unknown[]) => Promise<void>;

/** Every command, name by name. What goes wrong in one is shown. */
export function registerCommands({
  scripts,
  renders,
  actions,
  forms,
  output,
  comparison,
}: Rooms): Disposable[] {
  const onWrite =
    (action: (uri: ReturnType<typeof scriptFor>, write: string) => Promise<unknown>): Handler =>
    async (given, name) => {
      const uri = scriptFor(given);
      const write = await writeFor(uri, name, scripts);
      if (write !== undefined) await action(uri, write);
    };
  const table: Record<string, Handler> = {
    "nukeRender.render": onWrite((uri, write) => actions.render(uri, write)),
    "nukeRender.renderMissing": onWrite((uri, write) => actions.renderMissing(uri, write)),
    "nukeRender.renderAll": async (given) => actions.renderAll(scriptFor(given)),
    "nukeRender.openForm": onWrite((uri, write) => forms.open(uri, write, "render")),
    "nukeRender.sendToFarm": onWrite((uri, write) => forms.open(uri, write, "farm")),
    "nukeRender.cancel": async (job) => {
      const id = typeof job === "string" ? job : await pickActive(renders, "Cancel");
      if (id !== undefined) await renders.cancel(id);
    },
    "nukeRender.pause": async (job) => {
      const id = typeof job === "string" ? job : await pickActive(renders, "Pause", false);
      if (id !== undefined) await renders.setPaused(id, true);
    },
    "nukeRender.resume": async (job) => {
      const id = typeof job === "string" ? job : await pickActive(renders, "Resume", true);
      if (id !== undefined) await resumeRender(id, renders);
    },
    ...queueCommands(renders),
    "nukeRender.retry": async (job) => {
      if (typeof job === "string") await actions.retry(job);
    },
    [revealFolderCommand]: async (folder) => {
      if (typeof folder === "string") await revealFolder(folder);
    },
    "nukeRender.showOutput": async () => output.show(),
    "nukeRender.compareNodes": async (given, other) => comparison.open(given, other),
    "nukeRender.copyDiagnostics": async () =>
      (await import("./surfaces/diagnostics-report.ts")).copyDiagnostics(),
    "nukeRender.useDemoRenderer": async () => useDemoRenderer(),
    "nukeRender.chooseNuke": async () => chooseForScript(scripts),
  };
  return Object.entries(table).map(([name, handler]) =>
    commands.registerCommand(name, (...args: unknown[]) =>
      reportErrors(
        () => handler(...args),
        (line) => {
          if (line !== "") output.line(line);
          else output.show();
        },
      ),
    ),
  );
}

async function useDemoRenderer(): Promise<void> {
  const on = isDemoOn();
  await switchDemo(!on);
  const text = on
    ? "The demo renderer is off: renders use Nuke again."
    : "The demo renderer is on: renders write test pictures with the frame number in them to nuke-render-demo folders, without Nuke or a license.";
  const undo = "Undo";
  if ((await showInformationMessage(text, undo)) === undo) await switchDemo(on);
}

/** For the script in the editor, where there is one. */
async function chooseForScript(scripts: ScriptReader): Promise<void> {
  if (!workspace.isTrusted) throw new NotTrustedError();
  const document = window.activeTextEditor?.document;
  const facts = document?.languageId === "nk" ? await scripts.facts(document, { brief: true }) : null;
  await chooseNuke({
    scriptVersion: facts?.version ?? null,
    scope: facts === null ? undefined : document?.uri,
  });
}
