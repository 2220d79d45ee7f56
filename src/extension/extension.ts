/** Wires the modules together when VS Code starts the extension; everything heavy is loaded on first use. */
import { type ExtensionContext, languages, tasks } from "vscode";
import { registerCommands } from "./commands.ts";
import { Disposables } from "./disposables.ts";
import { FarmActions } from "./render/farm-actions.ts";
import { RenderForms } from "./surfaces/form.ts";
import { demoNotice } from "./surfaces/demo-notice.ts";
import { WriteLenses } from "./surfaces/lenses.ts";
import { offerToResume } from "./render/interrupted-notice.ts";
import { NodeComparison } from "./surfaces/node-comparison.ts";
import { RenderOutput } from "./surfaces/output.ts";
import { OverwriteQuestions } from "./render/overwrite-question.ts";
import { RememberedOptions } from "./render/remembered.ts";
import { RenderActions } from "./render/render-actions.ts";
import { Renders } from "./render/renders.ts";
import { ScriptReader } from "./script-reader.ts";
import { renderStatusBar } from "./surfaces/status-bar.ts";
import { taskType } from "./surfaces/task-definition.ts";
import { RenderTaskProvider } from "./surfaces/tasks.ts";
import { offerTerminalProgram } from "./surfaces/terminal-path.ts";

let scripts: ScriptReader | null = null;

export function activate(context: ExtensionContext): void {
  const held = new Disposables();
  context.subscriptions.push(held);

  scripts = new ScriptReader();
  const renders = held.add(new Renders());
  const remembered = new RememberedOptions(context.workspaceState);
  const output = held.add(new RenderOutput(renders));
  const overwrites = new OverwriteQuestions();
  const actions = new RenderActions(scripts, renders, remembered, output, overwrites);
  const farm = new FarmActions(scripts, remembered, output, overwrites);
  const forms = held.add(
    new RenderForms({
      extensionUri: context.extensionUri,
      scripts,
      renders,
      remembered,
      actions,
      farm,
      output,
    }),
  );
  const comparison = held.add(new NodeComparison(scripts));
  const lenses = held.add(new WriteLenses(scripts, renders, remembered));

  held.add(languages.registerCodeLensProvider({ language: "nk" }, lenses));
  held.add(renderStatusBar(renders));
  held.add(demoNotice());
  held.add(tasks.registerTaskProvider(taskType, new RenderTaskProvider(actions, renders)));
  for (const command of registerCommands({ scripts, renders, actions, forms, output, comparison }))
    held.add(command);

  offerTerminalProgram(context);

  // Renders outlive windows and restarts: what an earlier one started is shown here. Where there is none, no service is started.
  renders
    .lookForRunning()
    .then(() => offerToResume(renders))
    .catch((error: unknown) => output.line(`The render service did not respond: ${String(error)}`));
}

/** The language server ends with the window; the render service does not. */
export async function deactivate(): Promise<void> {
  await scripts?.dispose();
  scripts = null;
}
