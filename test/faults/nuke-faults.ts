/** A Nuke, or a client, dies or stops. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { RenderEvent } from "../../src/plan/job/events.ts";
import { fakeJob, place } from "../service/fake-nuke.ts";
import { type Random, type Scenario, first, over, requireAccounted, steadily } from "./scenario.ts";
import { exitCodeOf } from "../job-facts.ts";

const shape = { range: "1-12", chunks: ["1-4", "5-8", "9-12"], parallel: 2 };

/** Some Nukes get a signal at some moment of their lives. */
async function signalNukes(random: Random, signal: NodeJS.Signals, most: number): Promise<void> {
  await using here = await place("nbr fault", { NUKE_RENDER_SILENCE_SECONDS: "0.2" });
  const client = await here.connect();
  let signals = 0;
  const running: Promise<void>[] = [];
  client.onEvent((event: RenderEvent) => {
    if (event.type !== "chunk-started" || signals >= most) return;
    signals++;
    running.push(
      sleep(random() * 150).then(() => {
        try {
          process.kill(event.pid, signal);
        } catch {
          // It was faster.
        }
      }),
    );
  });
  const { job } = await client.submit(fakeJob(here, steadily, shape), { watch: true });
  const status = await over(client, job);
  await Promise.all(running);
  assert.ok(signals > 0);
  await requireAccounted(here, status, 12);
  assert.equal(exitCodeOf(status), 0);
}

export const killNuke: Scenario = (random) => signalNukes(random, "SIGKILL", 3);

/** It stops printing, keeps its memory and ignores requests to end. */
export const stopNuke: Scenario = (random) => signalNukes(random, "SIGSTOP", 1);

/** The client is gone: the render continues. */
export const killClient: Scenario = async (random) => {
  await using here = await place("nbr fault");
  const asking = await here.connect();
  const started = first(asking, "frame-done");
  const { job } = await asking.submit(fakeJob(here, steadily, shape), { watch: true });
  await started;
  await sleep(random() * 50);
  // As when its process is killed: the connection just ends.
  asking.dispose();
  const other = await here.connect();
  const status = await over(other, job);
  await requireAccounted(here, status, 12);
  assert.equal(exitCodeOf(status), 0);
};
