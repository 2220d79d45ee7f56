/** Over the protocol: links on file names, and what they open. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import type { DocumentLink } from "vscode-languageserver-protocol";
import { Editor } from "./editor.ts";

const text = `Root {
 first_frame 1001
 proxy true
}
Read {
 file plates/a.####.exr
 first 5
 name Read1
}
Read {
 file "plates/b %V.%04d.exr"
 name Read2
}
Write {
 file "\\[file dirname \\[value root.name]]/out/c.%04d.exr"
 proxy out/proxy.exr
 name Write1
}
Text2 {
 font "{ Verdana : Regular : Verdana.ttf : 0 }"
 name Text1
}
NoOp {
 addUserKnob {2 look l Look}
 look luts/film.cube
 sure {{value Read1.file}}
 name NoOp1
}
Read {
 file "\\[python os.getcwd()]/x.exr"
 name Read3
}
`;

async function folderWithFiles(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), "nk links "));
  await mkdir(join(path, "plates"));
  await mkdir(join(path, "luts"));
  for (const name of ["plates/a.0001.exr", "plates/a.0007.exr", "plates/b main.1050.exr", "luts/film.cube"])
    await writeFile(join(path, name), "");
  return { path, [Symbol.asyncDispose]: async () => await rm(path, { recursive: true }) };
}

test("file names are links; fonts' properties, flags and expressions are not", async () => {
  await using editor = await Editor.start();
  const uri = "file:///shots/a.nk";
  await editor.open(uri, text);
  const links = await editor.ask<DocumentLink[]>("textDocument/documentLink", { textDocument: { uri } });
  assert.deepEqual(
    links.map(({ range, target }) => [range.start.line, range.start.character, range.end.character, target]),
    [
      [5, 6, 23, undefined],
      [10, 7, 27, undefined],
      [14, 7, 56, undefined],
      [15, 7, 20, undefined],
      [24, 6, 20, undefined],
      [29, 7, 34, undefined],
    ],
  );
});

test("a link opens the frame nearest the first, else the folder", async () => {
  await using folder = await folderWithFiles();
  await using editor = await Editor.start();
  const uri = pathToFileURL(join(folder.path, "a.nk")).href;
  await editor.open(uri, text);
  const links = await editor.ask<DocumentLink[]>("textDocument/documentLink", { textDocument: { uri } });
  const resolved = await Promise.all(
    links.map(async (link) => await editor.ask<DocumentLink>("documentLink/resolve", link)),
  );
  const inFolder = (name: string): string => pathToFileURL(join(folder.path, name)).href;
  assert.deepEqual(
    resolved.map(({ target }) => target),
    [
      inFolder("plates/a.0007.exr"),
      inFolder("plates/b main.1050.exr"),
      // Neither frame nor folder is there.
      `${pathToFileURL(folder.path).href}/`,
      `${pathToFileURL(folder.path).href}/`,
      inFolder("luts/film.cube"),
      undefined,
    ],
  );
  assert.match(resolved.at(-1)?.tooltip ?? "", /Only Nuke/u);
});
