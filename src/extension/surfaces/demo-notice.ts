import { type Disposable, LanguageStatusSeverity, languages, workspace } from "vscode";
import { isDemoOn } from "../render/demo-setting.ts";

/** Next to the language of every script, as long as the demo renderer is switched on: that it is, and a way off. */
export function demoNotice(): Disposable {
  let item: Disposable | null = null;
  const update = (): void => {
    if (isDemoOn() === (item !== null)) return;
    item?.dispose();
    item = isDemoOn() ? show() : null;
  };
  const listener = workspace.onDidChangeConfiguration(
    (event) => event.affectsConfiguration("nukeRender.nuke.useDemoRenderer") && update(),
  );
  update();
  return {
    dispose: () => {
      listener.dispose();
      item?.dispose();
    },
  };
}

function show(): Disposable {
  const item = languages.createLanguageStatusItem("nukeRender.demo", { language: "nk" });
  item.name = "Nuke Demo Renderer";
  item.text = "$(beaker) Demo renderer is on";
  item.detail = "renders write test pictures, not your comp";
  item.severity = LanguageStatusSeverity.Warning;
  item.command = { title: "Switch Off", command: "nukeRender.useDemoRenderer" };
  return item;
}
