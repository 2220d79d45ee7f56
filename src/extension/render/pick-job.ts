import { type QuickPickItem, window } from "vscode";
import { runningText } from "../../plan/text/display.ts";
import { plainLabel } from "../../plan/text/plain-label.ts";
import type { Renders } from "./renders.ts";
import { showInformationMessage } from "../notify.ts";

/** One of the jobs that are not over; `paused`: only those that are, or are not. */
export async function pickActive(
  renders: Renders,
  verb: string,
  paused?: boolean,
): Promise<string | undefined> {
  const jobs = renders.active.filter(
    (job) => paused === undefined || (job.state.kind === "paused") === paused,
  );
  const items = jobs.map((job): QuickPickItem & { job: string } => ({
    label: plainLabel(job.write),
    description: plainLabel(runningText(job)),
    detail: plainLabel(job.script),
    job: job.job,
  }));
  if (items.length === 0)
    void showInformationMessage(paused ? "Nothing is paused." : "Nothing is rendering.");
  if (items.length <= 1) return items[0]?.job;
  return (await window.showQuickPick(items, { placeHolder: `${verb} which render?` }))?.job;
}
