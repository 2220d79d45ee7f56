/**
 * The state of a job: one union for the service, its journal and every surface, and the only function that changes it. Pure.
 */
import * as z from "zod/mini";

/**
 * Why no further Nuke of a job is started. `folder`: the output folder is gone or read-only; `script`: it was saved or removed;
 * `memory`: the next Nuke does not fit the budget now, which the scheduler decides again at every look.
 */
export const blockReasonSchema = z.enum([
  "dependency",
  "license",
  "disk",
  "folder",
  "script",
  "memory",
  "start-time",
]);
export type BlockReason = z.infer<typeof blockReasonSchema>;

export const blockSchema = z.object({
  reason: blockReasonSchema,
  /** For people: what is waited for. */
  text: z.string(),
});
export type Block = z.infer<typeof blockSchema>;

/** `interruption`: the machine was restarted or the service was told to end. Each waits until the job is resumed. */
export const pauseCauseSchema = z.enum(["script", "user", "interruption"]);
export type PauseCause = z.infer<typeof pauseCauseSchema>;

/**
 * `complete`: every frame is on disk; `no-license`: no Nuke got one in time; `abandoned`: nothing more was tried, because all frames
 * failed alike or a job it depends on did not complete.
 */
export const jobOutcomeSchema = z.enum(["complete", "incomplete", "cancelled", "no-license", "abandoned"]);
export type JobOutcome = z.infer<typeof jobOutcomeSchema>;

/** At most one block for each reason. */
const blockedBy = z.array(blockSchema);

export const jobStateSchema = z.discriminatedUnion("kind", [
  /** No Nuke has started. */
  z.object({ kind: z.literal("queued"), blockedBy }),
  /** A Nuke has started; none may be at work at this moment. */
  z.object({ kind: z.literal("running"), blockedBy }),
  z.object({ kind: z.literal("paused"), by: pauseCauseSchema, blockedBy }),
  /** Its Nukes are being ended. */
  z.object({ kind: z.literal("cancelling") }),
  z.object({ kind: z.literal("done"), outcome: jobOutcomeSchema }),
]);
export type JobState = z.infer<typeof jobStateSchema>;

export type JobStateEvent =
  | { readonly type: "nuke-started" }
  | { readonly type: "blocked"; readonly reason: BlockReason; readonly text: string }
  | { readonly type: "unblocked"; readonly reason: BlockReason }
  | { readonly type: "paused"; readonly by: PauseCause }
  /** `begun`: a Nuke of it has started before. */
  | { readonly type: "resumed"; readonly begun: boolean }
  | { readonly type: "cancelled" }
  | { readonly type: "ended"; readonly outcome: JobOutcome };

export const NEW_JOB: JobState = { kind: "queued", blockedBy: [] };

/** The state after an event; the same object where the event changes nothing. What is done stays done. */
export function transition(state: JobState, event: JobStateEvent): JobState {
  if (state.kind === "done") return state;
  if (event.type === "ended") return { kind: "done", outcome: event.outcome };
  if (state.kind === "cancelling") return state;
  switch (event.type) {
    case "cancelled":
      return { kind: "cancelling" };
    case "nuke-started":
      return state.kind === "queued" ? { ...state, kind: "running" } : state;
    case "blocked":
      return block(state, event);
    case "unblocked":
      return unblock(state, event.reason);
    case "paused":
      return pause(state, event.by);
    default:
      return state.kind === "paused" ? resume(state, event.begun) : state;
  }
}

/** Whether the scheduler may start another Nuke of the job. Memory is not asked here: admission decides it at each look. */
export function mayStart(state: JobState): boolean {
  if (state.kind !== "queued" && state.kind !== "running") return false;
  return state.blockedBy.every(({ reason }) => reason === "memory");
}

/** What blocks a job, for any state. */
export function blocksOf(state: JobState): readonly Block[] {
  return "blockedBy" in state ? state.blockedBy : [];
}

type Open = Extract<JobState, { blockedBy: Block[] }>;

function block(state: Open, { reason, text }: Block): JobState {
  const known = state.blockedBy.find((one) => one.reason === reason);
  if (known?.text === text) return state;
  const others = state.blockedBy.filter((one) => one.reason !== reason);
  return { ...state, blockedBy: [...others, { reason, text }] };
}

function unblock(state: Open, reason: BlockReason): JobState {
  const left = state.blockedBy.filter((one) => one.reason !== reason);
  return left.length === state.blockedBy.length ? state : { ...state, blockedBy: left };
}

/** The stronger cause stays: only an interrupted job lets an idle service end, and a user's pause outlasts a changed script. */
function pause(state: Open, by: PauseCause): JobState {
  const strength = pauseCauseSchema.options;
  if (state.kind === "paused" && strength.indexOf(by) <= strength.indexOf(state.by)) return state;
  return { kind: "paused", by, blockedBy: state.blockedBy };
}

/** Resuming accepts the script as it is now. */
function resume({ blockedBy: blocks }: Open, begun: boolean): JobState {
  return {
    kind: begun ? "running" : "queued",
    blockedBy: blocks.filter(({ reason }) => reason !== "script"),
  };
}

/** How a job ended; null while it has not. */
export function outcomeOf(state: JobState): JobOutcome | null {
  return state.kind === "done" ? state.outcome : null;
}
