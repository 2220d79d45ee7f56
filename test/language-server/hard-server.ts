/** The language server with two requests more, which hang and which eat memory: for tests of what a script that is too hard costs. */
import { MessagePort, parentPort, workerData } from "node:worker_threads";
import {
  PortMessageReader,
  PortMessageWriter,
  ProposedFeatures,
  createConnection,
} from "vscode-languageserver/node";
import * as z from "zod";
import { onActivity, workOn } from "../../src/language-server/core/activity.ts";
import { serve } from "../../src/language-server/server.ts";
import { Supervisor } from "../../src/language-server/supervisor/supervisor.ts";

const started = z.object({ pulse: z.instanceof(MessagePort) }).safeParse(workerData);
if (parentPort && started.success) {
  const { pulse } = started.data;
  const say = (said: string | null): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
    pulse.postMessage(said);
  };
  pulse.on("message", () => say(null));
  onActivity(say);
  const connection = createConnection(
    ProposedFeatures.all,
    new PortMessageReader(parentPort),
    new PortMessageWriter(parentPort),
  );
  const paramsSchema = z.object({ textDocument: z.object({ uri: z.string() }) });
  connection.onRequest("test/hang", (params: unknown) => {
    workOn(paramsSchema.parse(params).textDocument.uri);
    for (;;);
  });
  connection.onRequest("test/eat", (params: unknown) => {
    workOn(paramsSchema.parse(params).textDocument.uri);
    const eaten: number[][] = [];
    for (;;) eaten.push(Array.from({ length: 10_000 }, (_, index) => index + 0.5));
  });
  serve(connection);
} else {
  new Supervisor(createConnection(ProposedFeatures.all), {
    file: import.meta.filename,
    shared: { memoryMB: 200, silence: 1000 },
    alone: { memoryMB: 200, silence: 1000 },
    quiet: 100,
  }).listen();
}
