import { type QuickPickItem, window } from "vscode";
import { runningText } from "../../plan/display.ts";
import type { Renders } from "./renders.ts";

/** One of the jobs that are not over; `paused`: only those that are, or are not. */
export async function pickActive(
  renders: Renders,
  verb: string,
  paused?: boolean,
): Promise<string | undefined> {
  const jobs = renders.active.filter((job) => paused === undefined || job.paused === paused);
  const items = jobs.map((job): QuickPickItem & { job: string } => ({
    label: job.write,
    description: runningText(job),
    detail: job.script,
    job: job.job,
  }));
  if (items.length === 0)
    void window.showInformationMessage(paused ? "Nothing is paused." : "Nothing is rendering.");
  if (items.length <= 1) return items[0]?.job;
  return (await window.showQuickPick(items, { placeHolder: `${verb} which render?` }))?.job;
}
