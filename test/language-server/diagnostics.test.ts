/** Over the protocol: what is marked, how it is put right, and how it is switched off. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { CodeAction, Diagnostic, TextEdit } from "vscode-languageserver-protocol";
import manifest from "../../package.json" with { type: "json" };
import { severities } from "../../src/language-server/diagnostics/rules.ts";
import { Editor } from "./editor.ts";

const folder = mkdtempSync(join(tmpdir(), "checks "));
after(() => rmSync(folder, { recursive: true }));
const uri = pathToFileURL(join(folder, "shot.nk")).href;
const out = folder.replaceAll("\\", "/");
const root = "Root {\n first_frame 1\n last_frame 10\n}\n";

function write(name: string, knobs: string): string {
  return `Write {\n${knobs} name ${name}\n}\n`;
}

async function found(editor: Editor, text: string, code: string): Promise<Diagnostic> {
  await editor.open(uri, root + text);
  const marks = await editor.marks(uri, (all) => all.some((one) => one.code === code));
  const mark = marks.find((one) => one.code === code);
  assert.ok(mark);
  return mark;
}

async function actions(editor: Editor, mark: Diagnostic): Promise<CodeAction[]> {
  return (
    (await editor.ask<CodeAction[] | null>("textDocument/codeAction", {
      textDocument: { uri },
      range: mark.range,
      context: { diagnostics: [mark] },
    })) ?? []
  ).filter((action) => action.diagnostics?.[0]?.code === mark.code);
}

/** The text after a quick fix. */
function applied(text: string, edits: readonly TextEdit[]): string {
  const offset = ({ line, character }: { line: number; character: number }): number =>
    text.split("\n").slice(0, line).join("\n").length + (line > 0 ? 1 : 0) + character;
  return edits
    .toReversed()
    .reduce(
      (changed, { range, newText }) =>
        changed.slice(0, offset(range.start)) + newText + changed.slice(offset(range.end)),
      text,
    );
}

const cases: { code: string; text: string; marked: string; fixed?: string }[] = [
  { code: "write-without-file", text: write("W", ""), marked: "Write" },
  {
    code: "no-frame-token",
    text: write("W", ` file "${out}/a.exr"\n`),
    marked: `"${out}/a.exr"`,
    fixed: write("W", ` file "${out}/a.####.exr"\n`),
  },
  {
    code: "same-path",
    text: write("A", ` file "${out}/a.##.exr"\n`) + write("B", ` file "${out}/a.%02d.exr"\n`),
    marked: `"${out}/a.%02d.exr"`,
  },
  {
    code: "frame-token-too-wide",
    text: write("W", ` file "${out}/a.%099999999d.exr"\n`),
    marked: `"${out}/a.%099999999d.exr"`,
  },
  {
    code: "same-path",
    text: write("A", ` file "${out}/a.##.exr"\n`) + write("B", ` file "${out}/a.##.exr"\n`),
    marked: `"${out}/a.##.exr"`,
  },
  {
    code: "type-mismatch",
    text: write("W", ` file "${out}/a.##.png"\n file_type exr\n`),
    marked: "exr",
    fixed: write("W", ` file "${out}/a.##.png"\n file_type png\n`),
  },
  {
    code: "limit-reversed",
    text: write("W", ` file "${out}/a.##.exr"\n use_limit true\n first 9\n last 2\n`),
    marked: "9",
    fixed: write("W", ` file "${out}/a.##.exr"\n use_limit true\n first 2\n last 9\n`),
  },
  {
    code: "unknown-token",
    text: write("W", ` file "${out}/a.%04i.##.exr"\n`),
    marked: `"${out}/a.%04i.##.exr"`,
  },
  {
    code: "unset-variable",
    text: "push $N9\nBlur {\n name B\n}\n",
    marked: "N9",
    fixed: "push 0\nBlur {\n name B\n}\n",
  },
  {
    code: "duplicate-name",
    text: "Blur {\n inputs 0\n name B1\n}\nBlur {\n name B1\n}\n",
    marked: "B1",
    fixed: "Blur {\n inputs 0\n name B1\n}\nBlur {\n name B2\n}\n",
  },
  { code: "missing-node", text: "Blur {\n inputs 0\n size {{Grade7.white}}\n name B\n}\n", marked: "Grade7" },
  {
    code: "foreign-path",
    text: "Read {\n inputs 0\n file C:/plates/a.exr\n name R\n}\n",
    marked: "C:/plates/a.exr",
  },
  {
    code: "stray-brace",
    text: "Blur {\n inputs 0\n name B\n}\n}\n",
    marked: "}",
    fixed: "Blur {\n inputs 0\n name B\n}\n\n",
  },
  {
    code: "unclosed-quote",
    text: 'Blur {\n inputs 0\n label "half\n name B\n}\n',
    marked: '"half',
    fixed: 'Blur {\n inputs 0\n label "half"\n name B\n}\n',
  },
  {
    code: "unclosed-brace",
    text: "Blur {\n inputs 0\n size {1 2\n name B\n}\nBlur {\n name C\n}\n",
    marked: "{1 2",
    fixed: "Blur {\n inputs 0\n size {1 2}\n name B\n}\nBlur {\n name C\n}\n",
  },
];

for (const { code, text, marked, fixed } of cases) {
  test(`${code}${fixed === undefined ? "" : ", with its quick fix"}`, async () => {
    await using editor = await Editor.start();
    const mark = await found(editor, text, code);
    const lines = (root + text).split("\n");
    const { start, end } = mark.range;
    assert.equal(lines[start.line]?.slice(start.character, end.character), marked);
    assert.equal(mark.severity, Object.entries(severities).find(([name]) => name === code)?.[1]);
    const [action] = await actions(editor, mark);
    if (fixed === undefined) assert.equal(action, undefined);
    else assert.equal(applied(root + text, action?.edit?.changes?.[uri] ?? []), root + fixed);
  });
}

test("a folder that is missing is created by the quick fix, and the mark goes", async () => {
  await using editor = await Editor.start();
  const mark = await found(editor, write("W", ` file "${out}/new/deep/a.##.exr"\n`), "missing-folder");
  const [action] = await actions(editor, mark);
  assert.ok(action?.command);
  await editor.ask("workspace/executeCommand", {
    command: action.command.command,
    arguments: action.command.arguments,
  });
  assert.ok(existsSync(join(folder, "new", "deep")));
  await editor.marks(uri, (all) => all.every((one) => one.code !== "missing-folder"));
});

test("a Read whose frames are missing, or some of them", async () => {
  mkdirSync(join(folder, "plates"));
  for (const frame of [1, 2, 5]) writeFileSync(join(folder, "plates", `bg.000${frame}.exr`), "");
  const read = (name: string): string =>
    `Read {\n inputs 0\n file "${out}/plates/${name}.%04d.exr"\n first 1\n last 6\n name R\n}\n`;
  await using editor = await Editor.start();
  assert.match(JSON.stringify((await found(editor, read("bg"), "sequence-gaps")).message), /3-4 6/u);
  await editor.close(uri);
  assert.match(JSON.stringify((await found(editor, read("fg"), "missing-sequence")).message), /No frame/u);
});

test("bytes that are not UTF-8", async () => {
  writeFileSync(
    join(folder, "shot.nk"),
    Buffer.from("Blur {\n inputs 0\n label \xe9\n name B\n}\n", "latin1"),
  );
  await using editor = await Editor.start();
  await found(editor, "Blur {\n inputs 0\n name B\n}\n", "not-utf8");
});

test("a clean script has no mark; each code can be switched off", async () => {
  await using editor = await Editor.start({ settings: { diagnostics: { disabled: ["duplicate-name"] } } });
  await editor.open(
    uri.replace("shot", "other"),
    `${root}Blur {\n inputs 0\n name B\n}\nBlur {\n name B\n}\n`,
  );
  assert.deepEqual(await editor.marks(uri.replace("shot", "other")), []);
});

test("the setting knows every code", () => {
  const { items } = manifest.contributes.configuration.properties["nukeRender.diagnostics.disabled"];
  assert.deepEqual(items.enum, Object.keys(severities));
});
