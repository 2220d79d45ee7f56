/** How a render is started, and what came of it. */
import type { Repeat } from "../../plan/job/repeat.ts";
import type { OrderedWrite } from "../../plan/write-order.ts";
import type { Decisions } from "./prepare.ts";

/** Nothing may be started in a folder that is not trusted. */
export class NotTrustedError extends Error {
  readonly reason = "not-trusted";
  constructor() {
    super(
      "This folder is not trusted, so nothing is started. Trust it to render (Workspaces: Manage Workspace Trust).",
    );
    this.name = "NotTrustedError";
  }
}

export interface StartOptions {
  readonly demo?: boolean;
  /** Render what it reads of other Writes first, where that is missing; absent: ask. */
  readonly needed?: boolean;
  /** Jobs it waits for. */
  readonly after?: readonly string[];
  /** What was answered for another Write in the same go. */
  readonly earlier?: Decisions | undefined;
  /** False: asked already. */
  readonly askToReplace?: boolean;
  /** A task, which is as explicit as a command line: replaced frames are reported without a question, and a render of the same files is refused. */
  readonly unattended?: boolean;
  /** Instead of options: an earlier render, which is done again with its Nuke and its words. */
  readonly repeat?: Repeat;
}

/** `declined`: the user decided against it; `nothing`: all of its frames are on disk. */
export type Started =
  | {
      readonly kind: "started";
      readonly jobs: readonly string[];
      /** What is replaced on disk, in words. */
      readonly replaces: readonly string[];
    }
  | { readonly kind: "declined" }
  | { readonly kind: "nothing"; readonly message: string };

/** Of the jobs that were submitted, those a Write waits for. */
export function jobsOf(
  jobs: readonly { readonly write: string; readonly job: string }[],
  { after }: Pick<OrderedWrite, "after">,
): string[] {
  return jobs.flatMap(({ write, job }) => (after.some((before) => before.write === write) ? [job] : []));
}
