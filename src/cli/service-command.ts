import { parseArgs } from "node:util";
import { findRenderService } from "../render-service/connect.ts";
import { UsageError, exitCodes } from "./failure.ts";
import { table } from "./summary.ts";
import type { Terminal } from "./terminal.ts";

/** `nbr service status` and `nbr service stop`. Neither starts a service. */
export async function serviceCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  const [verb, ...rest] = args;
  const { values } = parseArgs({
    args: rest,
    options: { json: { type: "boolean" }, force: { type: "boolean" } },
    strict: true,
  });
  if (verb !== "status" && verb !== "stop")
    throw new UsageError(`nbr service ${verb ?? ""}: it is "status" or "stop".`, "service");
  const client = await findRenderService();
  if (client === null) {
    terminal.out(values.json ? JSON.stringify({ running: false }) : "No render service is running.");
    return 0;
  }
  try {
    if (verb === "stop") {
      await client.shutdown({ force: values.force ?? false });
      terminal.out(values.json ? JSON.stringify({ running: false }) : "The render service has ended.");
      return exitCodes.allFramesOnDisk;
    }
    const jobs = await client.jobs();
    const { pid, version, stateFolder } = client.hello;
    if (values.json) {
      terminal.out(JSON.stringify({ running: true, pid, version, stateFolder, jobs }));
      return 0;
    }
    terminal.out(`render service ${version}, process ${pid}, state in ${stateFolder}`);
    const rows = jobs.map((job) => [
      job.job,
      job.write,
      job.state,
      `${job.framesDone}/${job.frameCount}`,
      job.script,
    ]);
    if (rows.length > 0)
      for (const line of table(["job", "Write", "state", "frames", "script"], rows, [3])) terminal.out(line);
    return 0;
  } finally {
    client.dispose();
  }
}
