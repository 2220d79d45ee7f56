/**
 * The .nk language server: over VS Code's IPC, or over stdio for other editors (`nbr language-server --stdio`). Scripts are read in threads
 * of this same program.
 */
import { MessagePort, parentPort, workerData } from "node:worker_threads";
import {
  PortMessageReader,
  PortMessageWriter,
  ProposedFeatures,
  createConnection,
} from "vscode-languageserver/node";
import * as z from "zod/mini";
import { programFile } from "../paths.ts";
import { onActivity } from "./core/activity.ts";
import { serve } from "./server.ts";
import { Supervisor } from "./supervisor/supervisor.ts";

const readerSchema = z.object({
  role: z.literal("reader"),
  pulse: z.instanceof(MessagePort),
  skipped: z.array(z.string()),
});

const started = readerSchema.safeParse(workerData);
if (parentPort && started.success) {
  const { pulse, skipped } = started.data;
  const say = (said: string | null): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
    pulse.postMessage(said);
  };
  pulse.on("message", () => say(null));
  pulse.unref();
  onActivity(say);
  serve(
    createConnection(
      ProposedFeatures.all,
      new PortMessageReader(parentPort),
      new PortMessageWriter(parentPort),
    ),
    skipped,
  );
} else {
  new Supervisor(createConnection(ProposedFeatures.all), {
    file: programFile("language-server"),
    shared: { memoryMB: 2048, silence: 1500 },
    alone: { memoryMB: 2048, silence: 20_000 },
    quiet: 1000,
  }).listen();
}
