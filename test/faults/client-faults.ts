/** Clients get into each other's way, while the service dies. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RenderServiceClient } from "../../src/render-service/client/client.ts";
import { type Submitted, submitJob } from "../../src/render-service/client/submit-job.ts";
import { OutputConflictError } from "../../src/render-service/protocol/errors.ts";
import { type Place, fakeJob, place } from "../service/fake-nuke.ts";
import { type Scenario, kill, over, renderedIn, requireAccounted, steadily } from "./scenario.ts";
import { exitCodeOf } from "../job-facts.ts";

const shape = { range: "1-12", chunks: ["1-4", "5-8", "9-12"], parallel: 2 };
/** Nothing is rendered before everybody has submitted. */
const onCommand = `while (!fs.existsSync(path.join(out, "go"))) await sleep(5); ${steadily}`;

/** The connection of one client, made again when it is gone. */
function connectionTo(here: Place): () => Promise<RenderServiceClient> {
  let open: Promise<RenderServiceClient> | null = null;
  return () => {
    open ??= here.connect().then(
      (client) => {
        client.onClosed(() => (open = null));
        return client;
      },
      (error: unknown) => {
        open = null;
        throw error;
      },
    );
    return open;
  };
}

/**
 * Two clients submit the same Write at some moments, while the service is killed again and again: one is accepted, once, however often
 * it had to be handed in; the other is refused; every frame is rendered by one job, once.
 */
export const twoClients: Scenario = async (random) => {
  await using here = await place("nbr fault");
  const plan = { outputFile: join(here.frames, "f.%04d.exr") };
  const submit = async (): Promise<Submitted | OutputConflictError> => {
    await sleep(random() * 150);
    try {
      return await submitJob(connectionTo(here), fakeJob(here, onCommand, { ...shape, plan }));
    } catch (error) {
      if (error instanceof OutputConflictError) return error;
      throw error;
    }
  };
  const killSome = async (times: number): Promise<void> => {
    for (let kills = 0; kills < times; kills++) {
      const client = await here.connect();
      await sleep(random() * 120);
      await kill(client);
    }
  };
  const [one, other] = await Promise.all([submit(), submit(), killSome(3)]);
  const accepted = [one, other].flatMap((each) => (each instanceof OutputConflictError ? [] : [each.job]));
  const refused = [one, other].flatMap((each) => (each instanceof OutputConflictError ? [each] : []));
  assert.deepEqual([accepted.length, refused.length], [1, 1]);
  const [job = ""] = accepted;
  assert.deepEqual(
    refused[0]?.conflicts.map((conflict) => [conflict.job, conflict.frames]),
    [[job, "1-12"]],
  );
  await writeFile(join(here.frames, "go"), "");
  await killSome(1);
  const client = await here.connect();
  assert.deepEqual(
    (await client.jobs()).map((status) => status.job),
    [job],
  );
  const status = await over(client, job);
  await requireAccounted(here, status, 12);
  assert.equal(exitCodeOf(status), 0);
  const counts = await renderedIn(here);
  for (let frame = 1; frame <= 12; frame++) assert.equal(counts.get(frame), 1, `frame ${frame}`);
};
