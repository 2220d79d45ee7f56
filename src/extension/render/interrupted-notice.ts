import { count, framesText } from "../../plan/text/display.ts";
import { resumeRender } from "./being-rendered.ts";
import type { Renders } from "./renders.ts";
import { showInformationMessage, showWarningMessage } from "../notify.ts";

/** Asks once about renders that the end of the machine or of the service has interrupted. */
export async function offerToResume(renders: Renders): Promise<void> {
  const interrupted = renders.active.filter(
    ({ state, damaged }) => state.kind === "paused" && state.by === "interruption" && damaged === null,
  );
  for (const job of renders.active.filter(({ damaged }) => damaged !== null))
    void showWarningMessage(
      `The render of ${job.write} cannot continue: ${job.damaged} ${job.framesDone} of ${count(job.frameCount, "frame")} are on disk. Render the missing frames again.`,
    );
  const [first] = interrupted;
  if (first === undefined) return;
  const what =
    interrupted.length === 1
      ? `The render of ${first.write} was interrupted: ${first.framesDone} of ${framesText(first.frameCount, first)} are done.`
      : `${interrupted.length} renders were interrupted.`;
  const resume = "Resume";
  const cancel = interrupted.length === 1 ? "Cancel Render" : "Cancel Renders";
  const chosen = await showInformationMessage(what, resume, cancel);
  for (const { job } of interrupted) {
    if (chosen === resume) await resumeRender(job, renders);
    if (chosen === cancel) await renders.cancel(job);
  }
}
