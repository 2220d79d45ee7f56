/** Two versions of the product on one machine: the newer one takes the service over when it has nothing to do, and says so when it has. */
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import type { connectRenderService } from "../../src/render-service/client/connect.ts";
import { fakeJob, nextEvent, place } from "./fake-nuke.ts";
import { exitCodeOf } from "../job-facts.ts";

const root = join(import.meta.dirname, "..", "..");

/** A copy of the product that speaks another protocol. */
async function otherVersion(): Promise<{
  connect: typeof connectRenderService;
  [Symbol.asyncDispose](): Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), "nbr version "));
  await cp(join(root, "src"), join(folder, "src"), { recursive: true });
  await cp(join(root, "package.json"), join(folder, "package.json"));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  const file = join(folder, "src", "render-service", "protocol", "messages.ts");
  const text = await readFile(file, "utf8");
  const changed = text.replace(/(export const PROTOCOL = )\d+/u, "$1999");
  assert.notEqual(changed, text);
  await writeFile(file, changed);
  const module = z
    .object({
      connectRenderService: z.custom<typeof connectRenderService>((value) => typeof value === "function"),
    })
    .parse(await import(pathToFileURL(join(folder, "src", "render-service", "client", "connect.ts")).href));
  return {
    connect: module.connectRenderService,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

test("an idle service of another version stops", async () => {
  await using other = await otherVersion();
  await using here = await place();
  const theirs = await other.connect({ stateFolder: here.state });
  const gone = new Promise<void>((resolve) => theirs.onClosed(resolve));
  const ours = await here.connect();
  await gone;
  assert.notEqual(ours.hello.pid, theirs.hello.pid);
  assert.deepEqual(await ours.jobs(), []);
});

test("a service of another version that renders is left alone, and the client is told", async () => {
  await using other = await otherVersion();
  await using here = await place();
  const theirs = await other.connect({ stateFolder: here.state });
  const started = nextEvent(theirs, ({ type }) => type === "chunk-started");
  const over = nextEvent(theirs, ({ type }) => type === "finished");
  const code = `while (!fs.existsSync(path.join(out, "go"))) await sleep(20); write(1); frameLine(1); total();`;
  await theirs.submit(fakeJob(here, code, { range: "1" }), { watch: true });
  await started;
  await assert.rejects(here.connect(), { reason: "other-version" });
  await writeFile(join(here.frames, "go"), "");
  const event = await over;
  assert.ok(event.type === "finished" && exitCodeOf(event) === 0);
});
