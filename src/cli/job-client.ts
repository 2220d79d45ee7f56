/** Finding the service that knows a job. */
import type { JobStatus } from "../plan/job/events.ts";
import type { RenderServiceClient } from "../render-service/client/client.ts";
import { findRenderJobs } from "../render-service/client/connect.ts";

/** There is no such job; the message lists those there are. */
class UnknownJobError extends Error {
  readonly reason = "unknown-job";
  constructor(job: string, jobs: readonly JobStatus[]) {
    const known = jobs.map((one) => one.job).join(", ");
    super(
      `There is no job ${job}. ${known === "" ? "The render service has none." : `There are ${known}.`} See: nbr ps --all`,
    );
    this.name = "UnknownJobError";
  }
}

/**
 * The service, if it knows these jobs.
 * @param find how it is found; `connectRenderService` starts one where none runs, which then knows finished jobs too.
 * @throws {UnknownJobError}
 */
export async function clientWith(
  ids: readonly string[],
  find: () => Promise<RenderServiceClient | null> = findRenderJobs,
): Promise<RenderServiceClient> {
  const client = await find();
  const jobs = (await client?.jobs()) ?? [];
  const unknown = ids.find((id) => !jobs.some(({ job }) => job === id));
  if (client !== null && unknown === undefined) return client;
  client?.dispose();
  throw new UnknownJobError(unknown ?? ids[0] ?? "", jobs);
}
