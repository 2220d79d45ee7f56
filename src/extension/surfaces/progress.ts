import { ProgressLocation, window } from "vscode";
import { runningText } from "../../plan/text/display.ts";
import type { JobStatus } from "../../plan/job/events.ts";
import { plainLabel } from "../../plan/text/plain-label.ts";
import type { Renders } from "../render/renders.ts";

/** A progress notification with Cancel for one job, until it is finished. */
export async function showProgress(renders: Renders, job: string, title: string): Promise<JobStatus> {
  return await window.withProgress(
    { location: ProgressLocation.Notification, title: plainLabel(title), cancellable: true },
    async (progress, token) => {
      let shown = 0;
      const listener = renders.onDidChange((status) => {
        if (status.job !== job) return;
        const percent = status.progress * 100;
        progress.report({
          message: plainLabel(runningText(status)),
          increment: Math.max(0, percent - shown),
        });
        shown = Math.max(shown, percent);
      });
      const cancel = token.onCancellationRequested(
        () => void renders.cancel(job).then(undefined, () => undefined),
      );
      try {
        return await renders.finished(job);
      } finally {
        listener.dispose();
        cancel.dispose();
      }
    },
  );
}
