/** What the form asks of the host: to start what the fields say, and to remember them. */
import type { FormMode, FormReplies, FromWebview, ToWebview } from "../protocol.ts";
import type { WireChannel } from "../wire-channel.ts";
import { type Reading, isRangeWrong } from "./reading.ts";
import { nothingNotice } from "./summary.ts";

export type FormChannel = WireChannel<FromWebview, ToWebview, FormReplies, unknown>;

/** What the form says that belongs to no field. */
export interface Notice {
  readonly text: string;
  readonly error: boolean;
}

/** Starts a render, or sends it to the farm; returns what came of it. @throws what the host says */
export async function start(
  channel: FormChannel,
  { write, away, readFarm, read, plan }: Reading,
  mode: FormMode,
  needed: boolean,
): Promise<Notice | null> {
  const { started } =
    mode === "farm" && readFarm.farm
      ? await channel.request({ type: "submit-farm", write: write.name, farm: readFarm.farm }, null)
      : await channel.request({ type: "render", write: write.name, options: read.options, needed }, null);
  if (!started) return nothingNotice(plan);
  return { text: away ? "Sent to the farm." : "The render has started.", error: false };
}

/** Has the host remember the fields, where they can be used. */
export function remember(
  channel: FormChannel,
  { write, read, readFarm, plan }: Reading,
  mode: FormMode,
): void {
  if (mode === "farm") {
    if (readFarm.farm) channel.send({ type: "remember-farm", write: write.name, farm: readFarm.farm });
  } else if (Object.keys(read.errors).length === 0 && !isRangeWrong(plan)) {
    channel.send({ type: "remember", write: write.name, options: read.options });
  }
}
