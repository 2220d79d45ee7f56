/** A folder's settings file in the hands of those who would like to decide what runs. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readSettings } from "../../../src/facts/settings-files.ts";
import type { SettingsTrust, TrustAnswer } from "../../../src/facts/settings-trust.ts";

const posix = process.platform !== "win32";
const asRoot = process.getuid?.() === 0;
const OTHER = 65_534;
const text = JSON.stringify({
  "nukeRender.nuke.executables": { "*": "./evil.sh" },
  "nukeRender.farm.command": ["tools/evil", "{script}"],
  "nukeRender.render.split": 5,
});

class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "settings trust "));
  readonly file = join(this.path, ".vscode", "settings.json");
  readonly asked: string[] = [];

  constructor(content: string | null = text) {
    mkdirSync(join(this.path, ".vscode"));
    if (content !== null) writeFileSync(this.file, content);
  }

  read(answer: TrustAnswer | ((digest: string) => TrustAnswer) = "unknown", cwd = this.path) {
    const trust: SettingsTrust = {
      ask: (_file, digest) => {
        this.asked.push(digest);
        return typeof answer === "string" ? answer : answer(digest);
      },
    };
    return readSettings({
      cwd,
      env: { XDG_CONFIG_HOME: join(this.path, "none"), APPDATA: this.path },
      trust,
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

test("what decides what runs counts only when it was allowed; the rest of one's own file counts", () => {
  using folder = new Folder();
  const { settings, ignored, files } = folder.read();
  assert.deepEqual([settings["nuke.executables"], settings["farm.command"]], [{}, []]);
  assert.equal(settings["render.split"], 5);
  assert.deepEqual(ignored, {
    file: folder.file,
    keys: ["nukeRender.nuke.executables", "nukeRender.farm.command"],
    ignored: { kind: "unknown" },
  });
  assert.deepEqual(files, [folder.file]);
});

test("relative programs of an allowed file are those of its folder, from wherever it is used", () => {
  using folder = new Folder();
  mkdirSync(join(folder.path, "cloned"));
  const { settings, ignored } = folder.read("allowed", join(folder.path, "cloned"));
  assert.equal(ignored, null);
  assert.deepEqual(settings["nuke.executables"], { "*": join(folder.path, "evil.sh") });
  assert.deepEqual(settings["farm.command"], [join(folder.path, "tools", "evil"), "{script}"]);
});

test("the digest is of what decides what runs, however the file is written", () => {
  using folder = new Folder();
  folder.read();
  const same = `{ // reordered\n "editor.fontSize": 9, "nukeRender.farm.command": ["tools/evil", "{script}"],\n "nukeRender.nuke.executables": {"*": "./evil.sh"}, }`;
  writeFileSync(folder.file, same);
  folder.read();
  writeFileSync(folder.file, same.replace("evil.sh", "evil2.sh"));
  folder.read();
  assert.equal(folder.asked[0], folder.asked[1]);
  assert.notEqual(folder.asked[0], folder.asked[2]);
});

test("of a file or folder of another user nothing counts, whatever was allowed", { skip: !asRoot }, () => {
  const attacks: Record<string, (folder: Folder) => void> = {
    file: ({ file }) => chownSync(file, OTHER, OTHER),
    ".vscode": ({ path }) => chownSync(join(path, ".vscode"), OTHER, OTHER),
    "a link to another user's file": ({ path, file }) => {
      rmSync(file);
      writeFileSync(join(path, "theirs.json"), text);
      chownSync(join(path, "theirs.json"), OTHER, OTHER);
      symlinkSync(join(path, "theirs.json"), file);
    },
    "another user's link to one's own file": ({ path, file }) => {
      rmSync(file);
      writeFileSync(join(path, "own.json"), text);
      symlinkSync(join(path, "own.json"), file);
      lchownSync(file, OTHER, OTHER);
    },
    "a linked .vscode of another user": ({ path }) => {
      rmSync(join(path, ".vscode"), { recursive: true });
      mkdirSync(join(path, "theirs"));
      writeFileSync(join(path, "theirs", "settings.json"), text);
      chownSync(join(path, "theirs"), OTHER, OTHER);
      symlinkSync(join(path, "theirs"), join(path, ".vscode"));
    },
  };
  for (const [name, attack] of Object.entries(attacks)) {
    using folder = new Folder();
    attack(folder);
    mkdirSync(join(folder.path, "below"));
    const { settings, ignored, files } = folder.read("allowed", join(folder.path, "below"));
    assert.deepEqual([settings["nuke.executables"], settings["farm.command"]], [{}, []], name);
    assert.equal(settings["render.split"], 0, name);
    assert.equal(ignored?.ignored.kind, "foreign", name);
    assert.deepEqual([files, folder.asked], [[], []], name);
  }
});

test("a file that others can write, or replace, decides nothing that runs", { skip: !posix }, () => {
  const attacks: Record<string, (folder: Folder) => void> = {
    "world-writable file": ({ file }) => chmodSync(file, 0o666),
    "world-writable .vscode": ({ path }) => chmodSync(join(path, ".vscode"), 0o777),
    "world-writable folder": ({ path }) => chmodSync(path, 0o777),
    ...(asRoot
      ? {
          "file of a group": ({ file }: Folder) => {
            chownSync(file, 0, OTHER);
            chmodSync(file, 0o664);
          },
          "folder of another user": ({ path }: Folder) => chownSync(path, OTHER, OTHER),
        }
      : {}),
  };
  for (const [name, attack] of Object.entries(attacks)) {
    using folder = new Folder();
    attack(folder);
    const { settings, ignored } = folder.read("allowed");
    assert.deepEqual([settings["nuke.executables"], settings["farm.command"]], [{}, []], name);
    assert.equal(settings["render.split"], 5, name);
    assert.equal(ignored?.ignored.kind, "exposed", name);
  }
});

test("a private group's or a studio group's folder does not stand in the way", { skip: !asRoot }, () => {
  using folder = new Folder();
  chmodSync(folder.file, 0o664);
  chownSync(folder.path, 0, OTHER);
  chmodSync(folder.path, 0o2775);
  assert.equal(folder.read("allowed").ignored, null);
});

test(
  "a pipe, a folder, a device, a huge or a deep file is not waited for and not used",
  { skip: !posix },
  () => {
    const attacks: Record<string, (file: string) => void> = {
      pipe: (file) => execFileSync("mkfifo", [file]),
      folder: (file) => mkdirSync(file),
      device: (file) => symlinkSync("/dev/zero", file),
      "1 GB": (file) => {
        writeFileSync(file, "");
        truncateSync(file, 1024 ** 3);
      },
      "dead link": (file) => symlinkSync("/none/such", file),
      "1,000,000 brackets": (file) => writeFileSync(file, "[".repeat(1_000_000)),
      "deep values": (file) =>
        writeFileSync(file, `{"nukeRender.farm.command": ${"[".repeat(20_000)}${"]".repeat(20_000)}}`),
      "deep keys": (file) => writeFileSync(file, `{"a":`.repeat(100_000)),
    };
    for (const [name, attack] of Object.entries(attacks)) {
      using folder = new Folder(null);
      attack(folder.file);
      const { ignored, files } = folder.read("allowed");
      assert.equal(ignored?.ignored.kind, "unusable", name);
      assert.deepEqual(files, [], name);
    }
  },
);

test("names that mean something to JavaScript are names", () => {
  using folder = new Folder(
    `{"__proto__": {"nukeRender.farm.command": ["evil"]}, "nukeRender.nuke.executables": {"__proto__": {"*": "/evil"}, "constructor": "/evil"}}`,
  );
  const { settings } = folder.read("allowed");
  assert.deepEqual(settings["farm.command"], []);
  assert.equal(settings["nuke.executables"]["*"], undefined);
  assert.equal(Object.hasOwn(Object.prototype, "*"), false);
});

test("a folder that switches the demo renderer on is named", () => {
  using folder = new Folder(`{"nukeRender.nuke.useDemoRenderer": true}`);
  assert.equal(folder.read("allowed").demoFrom, folder.file);
  assert.equal(folder.read("unknown").settings["nuke.useDemoRenderer"], false);
});
