/** How the render service of this user is, without starting one. */
import { messageOf } from "../plan/text/message-of.ts";
import type { ServiceLimits } from "../render-service/client/client.ts";
import { findRenderService } from "../render-service/client/connect.ts";
import { stateFolder } from "../render-service/client/state.ts";

export type DiagnosedService = { readonly stateFolder: string } & (
  | { readonly kind: "none" }
  | { readonly kind: "unreachable"; readonly why: string }
  | {
      readonly kind: "running";
      readonly pid: number;
      readonly version: string;
      /** Seconds since it started; null: an earlier version, which does not tell. */
      readonly seconds: number | null;
      readonly logFile: string;
      readonly limits: ServiceLimits;
      /** Jobs that are not over, and those that are. */
      readonly active: number;
      readonly finished: number;
    }
);

export async function diagnoseService(): Promise<DiagnosedService> {
  const folder = stateFolder();
  try {
    const client = await findRenderService();
    if (client === null) return { stateFolder: folder, kind: "none" };
    try {
      const [limits, jobs] = [await client.limits(), await client.jobs()];
      const { pid, version, logFile, startedAt } = client.hello;
      const finished = jobs.filter(({ finishedAt }) => finishedAt !== null).length;
      return {
        stateFolder: folder,
        kind: "running",
        pid,
        version,
        seconds: startedAt === undefined ? null : Math.max(0, (Date.now() - startedAt) / 1000),
        logFile,
        limits,
        active: jobs.length - finished,
        finished,
      };
    } finally {
      client.dispose();
    }
  } catch (error) {
    // Any failure here belongs in the report.
    return {
      stateFolder: folder,
      kind: "unreachable",
      why: messageOf(error),
    };
  }
}
