/** What a client and the render service say to each other: JSON-RPC, every message checked at both ends. */
import { NotificationType, RequestType } from "vscode-jsonrpc/node";
import * as z from "zod/mini";
import { jobStatusSchema, renderEventSchema } from "../../plan/job/events.ts";
import { renderJobSchema } from "../../plan/job/job.ts";
import { BEING_RENDERED, outputConflictSchema } from "../../plan/output/output-conflict.ts";
import { renderPlanSchema } from "../../plan/render-plan.ts";
import { parallelSchema, prioritySchema } from "../../plan/request.ts";

/** Raised when old and new cannot talk to each other any more. */
export const PROTOCOL = 5;

const jobId = z.string().check(z.minLength(1), z.maxLength(100));
const nothing = z.object({});

/** One request: its name on the wire, what is asked and what is answered. */
export interface Request<Params, Result> {
  readonly type: RequestType<unknown, unknown, unknown>;
  readonly name: string;
  readonly params: z.ZodMiniType<Params>;
  readonly result: z.ZodMiniType<Result>;
}

function request<Params, Result>(
  name: string,
  params: z.ZodMiniType<Params>,
  result: z.ZodMiniType<Result>,
): Request<Params, Result> {
  return { name, type: new RequestType(name), params, result };
}

const helloSchema = z.object({
  protocol: z.int(),
  version: z.string(),
  pid: z.int(),
  stateFolder: z.string(),
  logFile: z.string(),
  /** When it started, milliseconds since 1970; earlier versions do not tell. */
  startedAt: z.optional(z.number()),
});
/** What the service says of itself. */
export type Hello = z.infer<typeof helloSchema>;

const logPieceSchema = z.object({
  lines: z.array(z.string()),
  /** Where to continue reading, bytes from the start of the log. */
  next: z.int(),
  /** There is more now. */
  more: z.boolean(),
});
/** Part of a chunk's output, read back. */
export type LogPiece = z.infer<typeof logPieceSchema>;

const megabytes = z.int().check(z.minimum(1));
const serviceSettingsSchema = z.object({
  /** Nukes of all jobs at once, until the service ends; null: the machine decides. */
  maxParallel: z.optional(z.nullable(parallelSchema)),
  /** Memory of all Nukes together that a job is submitted with, MB; the last one holds. Null: the machine decides. */
  budgetMB: z.optional(z.nullable(megabytes)),
  /** The same, set for the service: applies to all jobs until the service ends. Null: resets it. */
  heldBudgetMB: z.optional(z.nullable(megabytes)),
  /** A limit of memory around each Nuke that the system holds, where it can. */
  systemdScope: z.optional(z.boolean()),
  /** Maximum log size of each output stream of a Nuke, MB; null: the default. */
  logCapMB: z.optional(z.nullable(z.int().check(z.minimum(1), z.maximum(1_000_000)))),
  /** Jobs that ended longer ago are forgotten, days; null: the usual. */
  historyDays: z.optional(z.nullable(z.number().check(z.minimum(0), z.maximum(36_500)))),
});
/** What clients may set for all jobs; what is absent stays as it is. */
export type ServiceSettings = z.infer<typeof serviceSettingsSchema>;

const serviceLimitsSchema = z.object({
  /** Nukes of all jobs at once; null: the machine decides. */
  maxParallel: z.nullable(z.int()),
  /** Memory of all Nukes together, MB. */
  budgetMB: z.int(),
  /** It was set for the service (`heldBudgetMB`). */
  budgetHeld: z.boolean(),
  /** Running Nukes. */
  running: z.int(),
});
/** What holds for all jobs together now. */
export type ServiceLimits = z.infer<typeof serviceLimitsSchema>;

const noticeSchema = z.object({
  /** Milliseconds since 1970. */
  at: z.number(),
  text: z.string(),
});
/** Something people should know of the service itself. */
export type Notice = z.infer<typeof noticeSchema>;

const oneJob = z.object({ job: jobId });

export const requests = {
  hello: request("hello", z.object({ protocol: z.int(), version: z.string() }), helloSchema),
  /** `watch`: this client gets the job's events, from the first one on; `lines`: those of its output too. */
  submit: request(
    "submit",
    z.object({ job: renderJobSchema, watch: z.boolean(), lines: z.boolean() }),
    oneJob,
  ),
  jobs: request("jobs", nothing, z.array(jobStatusSchema)),
  job: request("job", oneJob, jobStatusSchema),
  /** Null: it was not kept, or cannot be read any more. */
  plan: request("plan", oneJob, z.nullable(renderPlanSchema)),
  cancel: request("cancel", oneJob, nothing),
  pause: request("pause", oneJob, nothing),
  /** `ignore`: another render may write the same files meanwhile. */
  resume: request(
    "resume",
    z.object({ job: jobId, ignore: z.optional(z.array(z.literal(BEING_RENDERED))) }),
    nothing,
  ),
  priority: request("priority", z.object({ job: jobId, priority: prioritySchema }), nothing),
  /** Before all others. */
  next: request("next", oneJob, nothing),
  parallel: request("parallel", z.object({ job: jobId, parallel: parallelSchema }), nothing),
  cancelChunk: request("cancelChunk", z.object({ job: jobId, chunk: z.int().check(z.minimum(0)) }), nothing),
  watch: request(
    "watch",
    z.object({ jobs: z.union([z.literal("all"), z.array(jobId)]), lines: z.boolean() }),
    nothing,
  ),
  /** `from`: bytes from the start of the log; negative: from its end. */
  lines: request(
    "lines",
    z.object({
      job: jobId,
      chunk: z.int().check(z.minimum(0)),
      stream: z.enum(["stdout", "stderr"]),
      from: z.int(),
    }),
    logPieceSchema,
  ),
  forget: request("forget", oneJob, nothing),
  configure: request("configure", serviceSettingsSchema, nothing),
  limits: request("limits", nothing, serviceLimitsSchema),
  /** Damaged files that the service has found since it started. */
  notices: request("notices", nothing, z.array(noticeSchema)),
  shutdown: request("shutdown", z.object({ force: z.boolean() }), nothing),
};

/** The event stream, service to client: at most ten batches a second, events in order. */
export const eventsNotification = new NotificationType<unknown>("events");
export const eventsSchema = z.object({ events: z.array(renderEventSchema) });

/** Sent with the error of a refused request, next to its message. */
export const failureSchema = z.object({
  reason: z.enum([
    "unknown-job",
    "unknown-chunk",
    "job-running",
    "damaged-job",
    "busy",
    "stopping",
    "bad-plan",
    "bad-message",
    "state-folder",
    BEING_RENDERED,
  ]),
  /** Of `being-rendered`: the renders that write the same files. */
  conflicts: z.optional(z.array(outputConflictSchema)),
});
/** JSON-RPC's range for errors of an application. */
export const FAILURE_CODE = 1;
