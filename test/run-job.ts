/** Submitting a job and waiting for its end, on one connection. */
import type { RenderEvent } from "../src/plan/job/events.ts";
import type { RenderJob } from "../src/plan/job/job.ts";
import type { Disposable, RenderServiceClient } from "../src/render-service/client/client.ts";

type Finished = Extract<RenderEvent, { type: "finished" }>;

/**
 * Submits a job and resolves with its `finished` event.
 * @param signal cancels the job; the promise still waits for its end.
 * @throws {RenderServiceError} `service-gone` when the connection ends before the job.
 */
export async function runJob(
  client: RenderServiceClient,
  job: RenderJob,
  {
    onEvent,
    lines = true,
    signal,
  }: { onEvent?: (event: RenderEvent) => void; lines?: boolean; signal?: AbortSignal } = {},
): Promise<Finished> {
  const held: Disposable[] = [];
  try {
    return await new Promise<Finished>((resolve, reject) => {
      let id: string | null = null;
      const early: RenderEvent[] = [];
      const take = (event: RenderEvent): void => {
        if (id === null) early.push(event);
        if (event.job !== id) return;
        onEvent?.(event);
        if (event.type === "finished") resolve(event);
      };
      const cancel = (): void => {
        if (id !== null) client.cancel({ job: id }).catch(reject);
      };
      held.push(
        client.onEvent(take),
        client.onClosed(() => reject(client.closedBecause)),
      );
      signal?.addEventListener("abort", cancel);
      held.push({ dispose: () => signal?.removeEventListener("abort", cancel) });
      client
        .submit(job, { watch: true, lines })
        .then((answer) => {
          id = answer.job;
          for (const event of early) take(event);
          if (signal?.aborted) cancel();
        })
        .catch(reject);
    });
  } finally {
    for (const one of held) one.dispose();
  }
}
