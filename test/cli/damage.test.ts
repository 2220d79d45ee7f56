/** What people see of damaged files and of a service that hangs: words, never a stack, and a way on. */
import assert from "node:assert/strict";
import { mkdirSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { findRenderService } from "../../src/render-service/client/connect.ts";
import { runNbr } from "./run-nbr.ts";
import { slowShot } from "./slow-shot.ts";

const { state, env, script, remove } = await slowShot("nbr damage");
const lock = join(state, "service.lock");
after(remove);

test("an empty or broken lock, as a power cut leaves it, keeps no command from its work", async () => {
  for (const [at, content] of ["", "{ half", "[]"].entries()) {
    mkdirSync(state, { recursive: true, mode: 0o700 });
    writeFileSync(lock, content);
    // One is as young as can be: it may be just being written.
    const old = Date.now() / 1000 - 60;
    if (at > 0) utimesSync(lock, old, old);
    for (const words of [["ps"], ["service", "stop"]]) {
      const { code, stderr } = await runNbr(words, { env });
      assert.deepEqual([code, stderr], [0, ""], words.join(" "));
    }
    const render = ["render", script, "--range", "1-2", "--json"];
    const { code, stderr } = await runNbr(render, { env });
    assert.equal(code, 0, stderr);
    await runNbr(["service", "stop"], { env });
  }
});

/** A job that renders; resolves with its name when its first frame is there. */
function rendering(): { job: Promise<string>; over: ReturnType<typeof runNbr> } {
  let begun: (job: string) => void = () => undefined;
  const job = new Promise<string>((resolve) => (begun = resolve));
  const over = runNbr(["render", script, "--split", "2", "--json"], {
    env,
    onLine: (line) => {
      const found = /"type":"frame-done","job":"([^"]+)"/u.exec(line);
      if (found?.[1] !== undefined) begun(found[1]);
    },
  });
  return { job, over };
}

test("a service that hangs is named with its process and log, and ended by force with its Nukes", async () => {
  if (process.platform === "win32") return console.log("UNTESTED HERE: stopped processes (POSIX)");
  const { job, over } = rendering();
  const id = await job;
  const client = await findRenderService({ stateFolder: state });
  assert.ok(client);
  const { pid } = client.hello;
  client.dispose();
  process.kill(pid, "SIGSTOP");
  const hung = await runNbr(["ps"], { env });
  assert.equal(hung.code, 2);
  assert.match(
    hung.stderr,
    new RegExp(
      `^nbr: The render service \\(process ${pid}\\) .*service\\.log.*nbr service stop --force\n$`,
      "u",
    ),
  );
  const stopped = await runNbr(["service", "stop", "--force"], { env });
  assert.equal(stopped.code, 0, stopped.stderr);
  assert.match(stopped.stderr, new RegExp(`process ${pid}\\) did not respond and was killed`, "u"));
  assert.match(stopped.stdout, /has ended/u);
  await over;
  const listed = await runNbr(["ps", "--all"], { env });
  assert.match(listed.stdout + listed.stderr, /Nothing is rendering|finished/u);
  assert.doesNotMatch(listed.stdout, new RegExp(`${id} .* running`, "u"));
});

test("a damaged job is listed with its frames, cannot be resumed, and can be forgotten", async () => {
  const { job, over } = rendering();
  const id = await job;
  const client = await findRenderService({ stateFolder: state });
  assert.ok(client);
  const gone = new Promise<void>((resolve) => client.onClosed(resolve));
  // The next service begins at once, for the render is followed: the journal is damaged while there is none.
  process.kill(client.hello.pid, "SIGSTOP");
  truncateSync(join(state, "jobs", id, "journal.jsonl"), 20);
  process.kill(client.hello.pid, "SIGKILL");
  await gone;
  const ended = await over;
  assert.notEqual(ended.code, 0);
  const listed = await runNbr(["ps"], { env });
  assert.match(
    listed.stdout,
    new RegExp(`${id} +Write1 +interrupted .*interrupted, damaged · \\d+/200 frames`, "u"),
  );
  assert.match(
    listed.stderr,
    new RegExp(`^! The job ${id} cannot continue: .* Frames on disk: .*; missing: .*200`, "mu"),
  );
  const shown = await runNbr(["ps", id], { env });
  assert.match(shown.stdout, /damaged: the first line of its journal.*[^]*missing: .*200/u);
  const resumed = await runNbr(["resume", id], { env });
  assert.deepEqual(
    [resumed.code, /nbr retry .* nbr forget/u.test(resumed.stderr)],
    [2, true],
    resumed.stderr,
  );
  assert.equal((await runNbr(["forget", id], { env })).code, 0);
  assert.equal((await runNbr(["forget", id], { env })).code, 2);
  assert.doesNotMatch((await runNbr(["ps", "--all"], { env })).stdout, new RegExp(id, "u"));
});
