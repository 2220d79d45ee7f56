/** Handing a job over to a service that may die at any moment. */
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { RenderJob } from "../../plan/job/job.ts";
import { RenderServiceError } from "../protocol/errors.ts";
import type { Follow, RenderServiceClient } from "./client.ts";

/** A job, and the connection it was accepted on. */
export interface Submitted {
  readonly job: string;
  readonly client: RenderServiceClient;
}

/** How often a job is handed in: services that keep dying have a reason. */
const MOST_TRIES = 6;
/** A service that is ending is gone soon, ms. */
const ENDING_MS = 250;

/**
 * Hands over a job. Where the connection ends before the answer comes, the job is handed in again, under the same name, to the next service,
 * so that it is accepted once: the first one may have accepted it and not lived to say so.
 * @param connect a connection that lasts as far as is known; called before every try.
 * @throws {RenderServiceError} what the service refuses; `service-gone` when none lives long enough.
 */
export async function submitJob(
  connect: () => Promise<RenderServiceClient>,
  job: RenderJob,
  follow: Follow = {},
): Promise<Submitted> {
  const named = { ...job, submission: job.submission ?? randomUUID() };
  for (let tries = 1; ; tries++) {
    let client: RenderServiceClient | null = null;
    try {
      client = await connect();
      return { ...(await client.submit(named, follow)), client };
    } catch (error) {
      if (!(error instanceof RenderServiceError) || tries >= MOST_TRIES) throw error;
      if (error.reason === "stopping") await wait(ENDING_MS * tries);
      else if (error.reason !== "service-gone") throw error;
      // `connect` then makes another connection.
      client?.dispose();
    }
  }
}
