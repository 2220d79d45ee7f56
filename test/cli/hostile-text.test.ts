/** Scripts, file names and Nukes that try to make a terminal do something. */
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import * as z from "zod";
import { type NbrResult, runNbr } from "./run-nbr.ts";

const folder = mkdtempSync(join(tmpdir(), "nbr hostile "));
const env: NodeJS.ProcessEnv = { ...process.env, NUKE_RENDER_STATE_DIR: join(folder, "state") };
after(async () => {
  await runNbr(["service", "stop", "--force"], { env });
  rmSync(folder, { recursive: true });
});

// Sets the clipboard, the title, clears the screen in two ways, overwrites, rings, turns text around, fakes a link.
const hostile =
  "\u001B]52;c;ZXZpbA==\u0007\u001B]0;t\u001B\\\u001B[2J\u009B2J\rdone\b\u202Egpj\u2066\u001B]8;;http://x\u0007l\u007F";
// oxlint-disable-next-line no-control-regex
const obeyed = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069]/u;

function assertShown({ stdout, stderr }: NbrResult): void {
  for (const text of [stdout, stderr]) assert.doesNotMatch(text, obeyed, JSON.stringify(text));
}

function writeScript(name: string, more = ""): string {
  const path = join(folder, name);
  const file = `${folder.replaceAll("\\", "/")}/f${hostile.replaceAll(/[\\[\]\r]/gu, "")}.###.png`;
  writeFileSync(
    path,
    `Root {\n first_frame 1\n last_frame 2\n}\nConstant {\n inputs 0\n name C\n label "${hostile.replaceAll(/[\\[\]]/gu, String.raw`\$&`)}"\n}\nWrite {\n file "${file}"\n file_type png\n name "W${hostile.replaceAll(/[\\[\]]/gu, String.raw`\$&`)}"\n${more}}\n`,
  );
  return path;
}

test("what reads scripts shows their text and their names, and obeys none", async () => {
  const [one, other] = [writeScript("one.nk"), writeScript("other.nk", " label changed\n")];
  const calls = [
    ["inspect", one],
    ["inspect", one, "--json"],
    ["canonical", one],
    ["diff", one, other],
    ["diff", one, other, "--json"],
    ["plan", one, "--demo"],
    ["plan", one, "--demo", "--json"],
    ["plan", one, "--write", `none${hostile}`],
    ["plan", join(folder, `none${hostile}.nk`)],
    ["inspect", `none${hostile}.nk`],
    [`none${hostile}`],
    ["logs", hostile],
    ["ps", `--none${hostile}`],
    ["render", one, `--nuke=${hostile}`],
  ];
  for (const call of calls) {
    const result = await runNbr(call, { env });
    assert.notEqual(result.stdout + result.stderr, "");
    assertShown(result);
    if (call.includes("--json")) assert.ok(JSON.stringify(JSON.parse(result.stdout)).includes("\u202E"));
  }
});

test(
  "what a Nuke prints is shown by render and logs; --raw gives it as it was",
  { skip: process.platform === "win32" },
  async () => {
    const nuke = join(folder, "nuke.sh");
    writeFileSync(
      nuke,
      `#!/bin/sh\nprintf '%s\\n' 'x ${hostile}' '[ 0:00.01] ERROR: W: ${hostile}'\nexit 1\n`,
    );
    chmodSync(nuke, 0o755);
    const script = writeScript("shot.nk");
    const rendered = await runNbr(["render", script, "--nuke", nuke, "--retries", "0", "--create-folders"], {
      env,
    });
    assert.equal(rendered.code, 1, rendered.stderr);
    assertShown(rendered);
    const listed = await runNbr(["ps", "--all", "--json"], { env });
    assertShown(listed);
    const { job } = z.object({ job: z.string() }).parse(JSON.parse(listed.stdout));
    for (const call of [
      ["ps", "--all"],
      ["ps", job],
      ["logs", job],
      ["service", "status"],
    ])
      assertShown(await runNbr(call, { env }));
    assert.match((await runNbr(["logs", job], { env })).stdout, /\\x1b\]52;c;ZXZpbA==\\x07/u);
    assert.ok((await runNbr(["logs", job, "--raw"], { env })).stdout.includes("\u001B]52;c;ZXZpbA==\u0007"));
  },
);
