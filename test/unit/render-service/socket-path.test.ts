import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { chooseSocket } from "../../../src/render-service/daemon/socket-path.ts";
import { RenderServiceError } from "../../../src/render-service/protocol/errors.ts";

const posix = process.platform !== "win32";
/** Too long for a socket in it. */
const stateFolder = `/${"long".repeat(40)}`;

async function inBase(run: (base: string, folder: string) => Promise<void>): Promise<void> {
  const base = mkdtempSync(join(tmpdir(), "s"));
  const probe = mkdtempSync(join(tmpdir(), "s"));
  try {
    const name = basename(dirname(await chooseSocket(stateFolder, { XDG_RUNTIME_DIR: probe })));
    await run(base, join(base, name));
  } finally {
    rmSync(base, { recursive: true });
    rmSync(probe, { recursive: true });
  }
}

test("the socket's own folder is made closed, and taken again as it is", { skip: !posix }, async () => {
  await inBase(async (base, folder) => {
    const env = { XDG_RUNTIME_DIR: base };
    assert.equal(await chooseSocket(stateFolder, env), join(folder, "s"));
    assert.equal(lstatSync(folder).mode & 0o777, 0o700);
    assert.equal(await chooseSocket(stateFolder, env), join(folder, "s"));
  });
});

test("what others put where the socket's folder belongs is refused", { skip: !posix }, async () => {
  const attacks: Record<string, (folder: string, base: string) => void> = {
    link: (folder, base) => {
      mkdirSync(join(base, "elsewhere"), { mode: 0o700 });
      symlinkSync(join(base, "elsewhere"), folder);
    },
    "dead link": (folder) => symlinkSync("/none/such", folder),
    file: (folder) => writeFileSync(folder, ""),
    open: (folder) => {
      mkdirSync(folder);
      chmodSync(folder, 0o755);
    },
    ...(process.getuid?.() === 0
      ? {
          "another user's": (folder: string) => {
            mkdirSync(folder, { mode: 0o700 });
            chownSync(folder, 65_534, 65_534);
          },
        }
      : {}),
  };
  for (const [name, attack] of Object.entries(attacks))
    await inBase(async (base, folder) => {
      attack(folder, base);
      await assert.rejects(
        chooseSocket(stateFolder, { XDG_RUNTIME_DIR: base }),
        (error) => error instanceof RenderServiceError && error.reason === "state-folder",
        name,
      );
    });
});

test("without the runtime folder the temporary one is used", { skip: !posix }, async () => {
  const socket = await chooseSocket(stateFolder, { XDG_RUNTIME_DIR: "/none/such" });
  assert.ok(socket.startsWith(tmpdir()) || socket.startsWith("/tmp"));
  rmSync(dirname(socket), { recursive: true });
});
