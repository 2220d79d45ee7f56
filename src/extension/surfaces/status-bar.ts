import { type Disposable, MarkdownString, StatusBarAlignment, window } from "vscode";
import { endingText, runningText } from "../../plan/text/display.ts";
import { plainLabel } from "../../plan/text/plain-label.ts";
import { visibleText } from "../../plan/text/visible-text.ts";
import type { Renders } from "../render/renders.ts";

/** One item while anything renders: how far, and all jobs in its tooltip; a click shows the output. */
export function renderStatusBar(renders: Renders): Disposable {
  const item = window.createStatusBarItem("nukeRender.status", StatusBarAlignment.Left, 10);
  item.name = "Nuke Render";
  item.command = "nukeRender.showOutput";
  const update = (): void => {
    const { active } = renders;
    if (active.length === 0) {
      item.hide();
      return;
    }
    const done = active.reduce((sum, job) => sum + job.progress * job.frameCount, 0);
    const total = active.reduce((sum, job) => sum + job.frameCount, 0);
    const percent = total === 0 ? 0 : Math.floor((done / total) * 100);
    const [first] = active;
    const name = active.length === 1 && first ? first.write : `${active.length} renders`;
    const icon = active.every(({ state }) => state.kind === "paused") ? "debug-pause" : "sync~spin";
    // Frames of the comp among them are what counts: only all of them make it a demo.
    const demo = active.every((job) => job.demo) ? " (demo)" : "";
    item.text = `$(${icon}) ${plainLabel(name)} ${percent}%${demo}`;
    item.tooltip = tooltip(renders);
    item.accessibilityInformation = {
      label: `Rendering ${demo === "" ? "" : "test pictures of "}${name}, ${percent} percent`,
    };
    item.show();
  };
  const listener = renders.onDidChange(update);
  update();
  return {
    dispose: () => {
      listener.dispose();
      item.dispose();
    },
  };
}

function tooltip(renders: Renders): MarkdownString {
  const text = new MarkdownString();
  for (const job of renders.jobs.slice(-8)) {
    const state = job.state.kind === "done" ? endingText(job) : runningText(job);
    text.appendText(`${visibleText(`${job.write}: ${state}`)}\n`);
  }
  return text;
}
