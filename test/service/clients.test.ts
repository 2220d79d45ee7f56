/** Clients of the render service: how they find it, and that none harms it or the others. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, watch } from "node:fs";
import { chmod, mkdir, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { type Socket, connect } from "node:net";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { runJob } from "../run-job.ts";
import { connectRenderService, findRenderService } from "../../src/render-service/client/connect.ts";
import { type LockRecord, readLock } from "../../src/render-service/storage/lock-record.ts";
import { isAlive, listProcesses, startOf } from "../../src/render-service/process/process-list.ts";
import { fakeJob, nextEvent, place, renderAll } from "./fake-nuke.ts";
import { exitCodeOf } from "../job-facts.ts";
import { jobStatusSchema } from "../../src/plan/job/events.ts";

async function holder(state: string): Promise<LockRecord> {
  const record = await readLock(join(state, "service.lock"));
  assert.ok(typeof record !== "string", `the lock is ${JSON.stringify(record)}`);
  return record;
}

test("closing a client stops nothing; the next one sees the job, its events and its earlier output", async () => {
  await using here = await place();
  const first = await here.connect();
  const started = nextEvent(first, ({ type }) => type === "frame-done");
  const code = `write(1); frameLine(1); while (!fs.existsSync(path.join(out, "go"))) await sleep(20); write(2); frameLine(2); total();`;
  const { job } = await first.submit(fakeJob(here, code, { range: "1-2" }), { watch: true });
  await started;
  first.dispose();

  const second = await findRenderService({ stateFolder: here.state });
  assert.ok(second);
  const snapshot = nextEvent(second, ({ type }) => type === "progress");
  const finished = nextEvent(second, ({ type }) => type === "finished");
  await second.watch({ jobs: "all", lines: true });
  const now = await snapshot;
  assert.ok(now.type === "progress" && now.status.job === job && now.status.framesDone === 1);
  const earlier = await second.lines({ job, chunk: 0 });
  assert.ok(earlier.lines.some((line) => line.startsWith("Frame 1 ")));
  await writeFile(join(here.frames, "go"), "");
  const end = await finished;
  assert.ok(end.type === "finished" && exitCodeOf(end) === 0);
  const later = await second.lines({ job, chunk: 0, from: earlier.next });
  assert.deepEqual(
    later.lines.filter((line) => line.startsWith("Frame")),
    ["Frame 2 (2 of 2)"],
  );
});

test("ten programs that start it at once end up with one service", async () => {
  await using here = await place();
  const program = `
    import { connectRenderService } from ${JSON.stringify(join(import.meta.dirname, "../../src/render-service/client/connect.ts"))};
    const client = await connectRenderService({ stateFolder: process.argv[1] });
    console.log(client.hello.pid);
    client.dispose();`;
  const pids = await Promise.all(
    Array.from({ length: 10 }, async () => {
      const args = [
        "--disable-warning=ExperimentalWarning",
        "--input-type=module",
        "-e",
        program,
        here.state,
      ];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      let out = "";
      child.stdout.on("data", (data: Buffer) => (out += data.toString()));
      const [code] = await once(child, "close");
      assert.equal(code, 0);
      return out.trim();
    }),
  );
  assert.equal(new Set(pids).size, 1, pids.join(" "));
  // Those that came too late may still be on their way out; each takes with it what it laid down.
  const locks = async (): Promise<string[]> =>
    (await readdir(here.state)).filter((name) => name.startsWith("service.lock"));
  while ((await locks()).length > 1) await wait(20);
  assert.deepEqual(await locks(), ["service.lock"]);
});

test("a service that is told to end while it takes the lock leaves nothing of it", async () => {
  await using here = await place();
  await mkdir(here.state, { mode: 0o700 });
  const main = join(import.meta.dirname, "../../src/render-service/main.ts");
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main], {
    env: { ...process.env, NUKE_RENDER_STATE_DIR: here.state },
    stdio: "ignore",
  });
  const watcher = watch(here.state, (_, name) => {
    if (name?.startsWith("service.lock.new-")) child.kill("SIGTERM");
  });
  const [code] = await once(child, "exit");
  watcher.close();
  assert.equal(code, 0);
  const left = (await readdir(here.state)).filter((name) => name.startsWith("service."));
  assert.deepEqual(left, []);
});

test("a service that was killed is replaced, by one only, also when its pid lives on as something else", async () => {
  await using here = await place();
  const client = await here.connect();
  const gone = new Promise<void>((resolve) => client.onClosed(resolve));
  process.kill(client.hello.pid, "SIGKILL");
  await gone;
  const dead = await holder(here.state);
  // The worst case: a living process has that pid now, and a taker died in the middle of taking over.
  await writeFile(join(here.state, "service.lock"), JSON.stringify({ ...dead, pid: process.pid }));
  await writeFile(
    join(here.state, `service.lock.${dead.nonce}`),
    JSON.stringify({ ...dead, nonce: "taker", pid: 2 ** 22 + 1 }),
  );
  const clients = await Promise.all(Array.from({ length: 6 }, () => here.connect()));
  assert.equal(new Set(clients.map(({ hello }) => hello.pid)).size, 1);
  const now = await holder(here.state);
  assert.equal(now.pid, clients[0]?.hello.pid);
  assert.equal(await startOf(now.pid), now.started);
  for (const one of clients) one.dispose();
});

test("a service that cannot start: an error that names its log", async () => {
  await using here = await place();
  await mkdir(here.state, { mode: 0o700 });
  const runtime = { path: join(here.folder, "no node here") };
  await assert.rejects(
    connectRenderService({ stateFolder: here.state, runtime, deadlineMs: 300 }),
    (error: Error) => {
      assert.equal("reason" in error && error.reason, "not-reachable");
      assert.ok(error.message.includes(join(here.state, "service.log")));
      assert.match(error.message, /ENOENT/u);
      return true;
    },
  );
  assert.equal(await findRenderService({ stateFolder: here.state }), null);
});

test("a state folder that others can read and that holds other things is not taken", async () => {
  if (process.platform === "win32") return console.log("UNTESTED HERE: folder modes (POSIX)");
  await using here = await place();
  await assert.rejects(connectRenderService({ stateFolder: (await shared(here.folder)).folder }), {
    reason: "state-folder",
  });
  const empty = join(here.folder, "empty");
  await mkdir(empty);
  await chmod(empty, 0o755);
  const client = await here.connect({ stateFolder: empty });
  assert.equal((await stat(empty)).mode & 0o777, 0o700);
  assert.equal((await stat((await holder(empty)).socket)).mode & 0o777, 0o600);
  await client.shutdown({ force: true });
});

async function shared(folder: string): Promise<{ folder: string }> {
  const open = join(folder, "open");
  await mkdir(open);
  await writeFile(join(open, "thesis.doc"), "x");
  await chmod(open, 0o755);
  return { folder: open };
}

test("a very long state folder, and another TMPDIR for another client", async () => {
  await using here = await place();
  const long = join(here.folder, "a state folder with blanks ".repeat(5).trim(), "é".repeat(60));
  const client = await here.connect({ stateFolder: long });
  try {
    const { socket } = await holder(long);
    if (process.platform !== "win32") assert.ok(Buffer.byteLength(socket) <= 100, socket);
    const program = `
      import { findRenderService } from ${JSON.stringify(join(import.meta.dirname, "../../src/render-service/client/connect.ts"))};
      const client = await findRenderService({ stateFolder: process.argv[1] });
      console.log(client?.hello.pid);
      client?.dispose();`;
    const child = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", program, long],
      {
        stdio: ["ignore", "pipe", "inherit"],
        env: { ...process.env, TMPDIR: here.folder, XDG_RUNTIME_DIR: here.folder },
      },
    );
    const [data] = await once(child.stdout, "data");
    assert.equal(String(data).trim(), String(client.hello.pid));
    await once(child, "close");
    assert.equal(exitCodeOf(await runJob(client, fakeJob(here, renderAll, { range: "1" }))), 0);
    await client.shutdown({ force: true });
    if (process.platform !== "win32")
      assert.ok(!existsSync(dirname(socket)), "the socket's own folder goes with it");
  } finally {
    client.dispose();
  }
});

test("without clients and jobs it ends by itself and leaves nothing but its log and the jobs", async () => {
  await using here = await place("nbr idle", { NUKE_RENDER_IDLE_SECONDS: "0.3" });
  const client = await here.connect();
  const { pid } = client.hello;
  const code = `await sleep(700); ${renderAll}`;
  const { job } = await client.submit(fakeJob(here, code, { range: "1" }));
  const { socket } = await holder(here.state);
  const started = (await startOf(pid)) ?? "";
  client.dispose();
  // With a job but no client it stays; without both it goes.
  await until(() => !isAlive({ pid, started }));
  const text = await readFile(join(here.state, "jobs", job, "status.json"), "utf8");
  assert.equal(exitCodeOf(jobStatusSchema.parse(JSON.parse(text))), 0);
  assert.ok(!existsSync(socket));
  assert.deepEqual((await readdir(here.state)).sort(), ["history.json", "jobs", "service.log"]);
});

/** Looks again and again: the end of a process that is not our child gives no event. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function rawSocket(state: string): Promise<Socket> {
  const socket = connect((await holder(state)).socket);
  await once(socket, "connect");
  socket.on("error", () => undefined);
  return socket;
}

test("what is no message closes its own connection and nothing else", async () => {
  await using here = await place();
  const client = await here.connect();
  const frame = (text: string): string => `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
  for (const nonsense of [
    frame("{ not json"),
    frame("[1, 2]"),
    frame('"text"'),
    frame('{"jsonrpc":"1.0","id":1,"method":"jobs"}'),
    "GET / HTTP/1.1\r\n\r\n",
    "x".repeat(100_000),
    `Content-Length: ${65 * 1024 * 1024}\r\n\r\n`,
    `Content-Length: 99999999999999999999\r\n\r\n`,
    "Content-Length: -5\r\n\r\n",
  ]) {
    const socket = await rawSocket(here.state);
    // Not once(): a reset is an end as good as any.
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.resume();
    socket.write(nonsense);
    await closed;
    assert.equal((await client.jobs()).length, 0, nonsense.slice(0, 40));
  }
  // The rest of half a message is awaited, and holds up no one.
  const half = await rawSocket(here.state);
  half.write("Content-Length: 500\r\n\r\n{");
  await client.jobs();
  half.destroy();
  // A proper message that asks nonsense is refused; the connection stays.
  const polite = await rawSocket(here.state);
  polite.write(frame('{"jsonrpc":"2.0","id":7,"method":"cancel","params":{"job":5}}'));
  let answer = "";
  for await (const data of polite.iterator({ destroyOnReturn: false })) {
    answer += String(data);
    if (answer.includes("}")) break;
  }
  assert.match(answer, /"id":7.*bad-message/su);
  assert.equal(polite.destroyed, false);
  polite.destroy();
});

test("a watcher that does not read is not waited for and does not fill the service's memory", async () => {
  await using here = await place();
  const client = await here.connect();
  const deaf = await rawSocket(here.state);
  const watch = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "watch",
    params: { jobs: "all", lines: true },
  });
  deaf.write(`Content-Length: ${Buffer.byteLength(watch)}\r\n\r\n${watch}`);
  await once(deaf, "data");
  deaf.pause();
  const code = `
    const line = "noise ".repeat(30);
    for (let i = 0; i < 200; i++) say((line + "\\n").repeat(1000));
    ${renderAll}`;
  const finished = await runJob(client, fakeJob(here, code, { range: "1-2" }), { lines: false });
  assert.equal(exitCodeOf(finished), 0);
  if (process.platform === "linux") {
    const text = await readFile(`/proc/${client.hello.pid}/status`, "utf8");
    const high = Number(/VmHWM:\s*(\d+)/u.exec(text)?.[1]) / 1024;
    assert.ok(high < 250, `the service took ${high} MB`);
  } else console.log("UNTESTED HERE: the service's memory with a deaf client (needs /proc)");
  // What it missed of the output is told when it reads again; the end of the job it did not miss.
  let text = "";
  const ended = new Promise<void>((resolve) => {
    deaf.on("data", (data: Buffer) => {
      text += data.toString("latin1");
      if (text.includes('"type":"finished"')) resolve();
    });
  });
  deaf.resume();
  await ended;
  deaf.destroy();
});

test("killed clients in the middle of everything", async () => {
  await using here = await place();
  const client = await here.connect();
  const program = `
    import { connectRenderService } from ${JSON.stringify(join(import.meta.dirname, "../../src/render-service/client/connect.ts"))};
    const client = await connectRenderService({ stateFolder: process.argv[1] });
    await client.watch({ jobs: "all", lines: true });
    await client.submit(JSON.parse(process.argv[2]));
    process.kill(process.pid, "SIGKILL");`;
  const job = fakeJob(here, `await sleep(300); ${renderAll}`, { range: "1-2" });
  const finished = nextEvent(client, ({ type }) => type === "finished");
  await client.watch({ jobs: "all", lines: false });
  const args = ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", program, here.state];
  const child: ChildProcess = spawn(process.execPath, [...args, JSON.stringify({ ...job, env: {} })], {
    stdio: "inherit",
  });
  const [, signal] = await once(child, "close");
  assert.equal(signal, "SIGKILL");
  const event = await finished;
  assert.ok(event.type === "finished" && exitCodeOf(event) === 0);
});

test("two jobs at once: the second starts when there is room under the cap", async () => {
  await using here = await place("nbr cap", { NUKE_RENDER_MAX_PARALLEL: "2" });
  const client = await here.connect();
  const code = `await sleep(150); ${renderAll}`;
  const shape = { range: "1-4", chunks: ["1-2", "3-4"], parallel: 2 };
  let most = 0;
  const watch = client.onEvent((event) => {
    if (event.type !== "chunk-started") return;
    running.add(event.pid);
    most = Math.max(most, running.size);
  });
  const running = new Set<number>();
  client.onEvent((event) => {
    if (event.type === "chunk-finished" && event.status.pid !== null) running.delete(event.status.pid);
  });
  const both = await Promise.all([
    runJob(client, fakeJob(here, code, shape)),
    runJob(client, fakeJob(here, code, shape)),
  ]);
  watch.dispose();
  assert.deepEqual(both.map(exitCodeOf), [0, 0]);
  assert.equal(most, 2);
  const ids = (await client.jobs()).map(({ job }) => job);
  assert.ok(ids.every((id) => /^shot-Write1-[0-9a-f]{4}$/u.test(id)));
});

test("nothing is left of the services of this file", { timeout: 10_000 }, async () => {
  if (process.platform !== "linux") return console.log("UNTESTED HERE: services left behind (needs /proc)");
  // A service hangs up a moment before its process ends.
  while ((await ourServices()).length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
});

/** Services whose state folder is one of this run's (`place`): others may run on this machine. */
async function ourServices(): Promise<number[]> {
  const ours = new RegExp(`NUKE_RENDER_STATE_DIR=[^\\0]*nbr [a-z]+ ${process.pid}-`, "u");
  const found: number[] = [];
  for (const pid of (await listProcesses()).keys()) {
    const read = (name: string): Promise<string> => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "");
    if (!(await read("cmdline")).includes("render-service/main")) continue;
    if (ours.test(await read("environ"))) found.push(pid);
  }
  return found;
}
