/** Over the protocol: what the server looks at, and what links lead to, before and after the workspace is trusted. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import type { DocumentLink, Hover, Location } from "vscode-languageserver-protocol";
import { canonicalTextMethod, trustMethod } from "../../src/language-server/core/protocol.ts";
import { Editor } from "./editor.ts";

const posix = process.platform !== "win32";

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "nk trust "));
  try {
    await run(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function targets(editor: Editor, uri: string): Promise<DocumentLink[]> {
  const links = await editor.ask<DocumentLink[]>("textDocument/documentLink", { textDocument: { uri } });
  return await Promise.all(links.map((link) => editor.ask<DocumentLink>("documentLink/resolve", link)));
}

const reads = (files: readonly string[]): string =>
  files.map((file, at) => `Read {\n inputs 0\n file "${file}"\n name Read${at + 1}\n}\n`).join("");

test(
  "paths of other machines are not looked at before trust, by links, checks or definitions",
  { skip: !posix },
  async () => {
    await inFolder(async (folder) => {
      await symlink("/net/none.invalid/share", join(folder, "away"));
      await mkdir(join(folder, "real"));
      await writeFile(join(folder, "real", "a.exr"), "");
      // A link that leads to another machine's name on the way, and back: looking is known by its answer.
      const away = ["/net/../tmp/none/a.exr", `/${folder}/real/a.exr`, `${folder}/away/a.exr`];
      const text = `Root {\n}\n${reads([...away, `${folder}/real/b.exr`])}LiveGroup {\n file /${folder}/g.nk\n name L\n}\n`;
      await writeFile(join(folder, "g.nk"), "");
      for (const initializationOptions of [undefined, { trusted: false }, { trusted: "yes" }]) {
        await using editor = await Editor.start({ initializationOptions });
        const uri = pathToFileURL(join(folder, "shot.nk")).href;
        await editor.open(uri, text);
        const missing = (marks: readonly { code?: unknown }[]): number =>
          marks.filter(({ code }) => code === "missing-sequence").length;
        const before = await editor.marks(uri, (marks) => missing(marks) > 0);
        assert.deepEqual(
          before.filter(({ code }) => code === "missing-sequence").map(({ message }) => message),
          ["b.exr was not found."],
        );
        const links = await targets(editor, uri);
        for (const link of links.slice(0, 3)) {
          assert.equal(link.target, undefined);
          assert.match(link.tooltip ?? "", /not accessed until the folder is trusted/u);
        }
        const onFile = { textDocument: { uri }, position: { line: 23, character: 10 } };
        assert.equal(text.split("\n")[23], ` file /${folder}/g.nk`);
        assert.equal(await editor.ask<Location[] | null>("textDocument/definition", onFile), null);

        const asked = { uri: encodeURI(`file:///${folder}/g.nk`) };
        const nodes = await editor.ask<{ text: string | null; problem: string | null }>(
          canonicalTextMethod,
          asked,
        );
        assert.equal(nodes.text, null);
        assert.match(nodes.problem ?? "", /not read until the workspace is trusted/u);

        await editor.tell(trustMethod, { trusted: true });
        await editor.marks(uri, (marks) => missing(marks) === 3);
        assert.equal((await targets(editor, uri))[1]?.target, pathToFileURL(`/${folder}/real/a.exr`).href);
        assert.equal((await editor.ask<Location[] | null>("textDocument/definition", onFile))?.length, 1);
      }
    });
  },
);

test(
  "a link leads to files that an editor shows; to everything else, to its folder",
  { skip: !posix },
  async () => {
    await inFolder(async (folder) => {
      await mkdir(join(folder, "Evil.app", "Contents"), { recursive: true });
      for (const name of [
        "Evil.app/Contents/run.exr",
        "run.exe",
        "run.desktop",
        "run.command",
        "noending",
        "a.exr",
      ])
        await writeFile(join(folder, name), "");
      await symlink(join(folder, "run.exe"), join(folder, "picture.exr"));
      await symlink(join(folder, "Evil.app"), join(folder, "bundle.exr"));
      const files = [
        "Evil.app",
        "Evil.app/Contents/run.exr",
        "run.exe",
        "run.desktop",
        "run.command",
        "noending",
        "picture.exr",
      ];
      const schemes = [
        "command:workbench.action.quit/x.exr",
        "http://x/y.exr",
        "file:///etc/passwd.exr",
        "javascript:/x.exr",
      ];
      await using editor = await Editor.start({ initializationOptions: { trusted: true } });
      const uri = pathToFileURL(join(folder, "shot.nk")).href;
      await editor.open(
        uri,
        reads(
          [...files, "bundle.exr", ...schemes, "a.exr"].map((file) =>
            file.includes(":") ? file : `${folder}/${file}`,
          ),
        ),
      );
      const found = await targets(editor, uri);
      const inside = `${pathToFileURL(folder).href}/`;
      assert.equal(found.length, files.length + schemes.length + 2);
      for (const [at, file] of files.entries()) assert.equal(found[at]?.target, inside, file);
      // So does a link to a bundle, whatever its name.
      assert.equal(found[files.length]?.target, inside);
      for (const { target } of found.slice(files.length + 1, -1))
        assert.match(target ?? inside, /^file:\/\/.*\/$/u);
      assert.equal(found.at(-1)?.target, `${inside}a.exr`);
    });
  },
);

test("a hover and a check show control characters of a script", async () => {
  await using editor = await Editor.start();
  const uri = "file:///shots/hostile.nk";
  const text =
    'NoOp {\n name "A\u202E[x](command:quit)\u001B]0;t\u0007"\n label "\u009B2J"\n}\nWrite {\n name "W\u001B[2J"\n}\n';
  await editor.open(uri, text);
  const hover = await editor.ask<Hover>("textDocument/hover", {
    textDocument: { uri },
    position: { line: 0, character: 1 },
  });
  const shown =
    JSON.stringify(hover.contents) + JSON.stringify(await editor.marks(uri, (marks) => marks.length > 0));
  // JSON has escaped C0 by now; what it leaves must have been shown.
  assert.doesNotMatch(shown, /[\u007F-\u009F\u202A-\u202E]|\\u001b|\\u0007/u);
  assert.match(shown, /x1b/u);
});
