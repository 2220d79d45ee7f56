/** No file, folder, class or function of src is too large to take in. What still is stands here by name, and can only shrink. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { type Class, type ClassElement, Visitor, parseSync } from "oxc-parser";

const root = join(import.meta.dirname, "../../..");

const limits = { lines: 300, files: 26, fields: 15, "lines of a function": 60 } as const;

type Kind = keyof typeof limits;

interface Measure {
  readonly kind: Kind;
  /** A file or a folder, and in it a class or a function. */
  readonly name: string;
  readonly size: number;
}

/** What is over its limit, and by how much it may be. */
const allowed: Readonly<Record<Kind, Readonly<Record<string, number>>>> = {
  lines: {
    "src/extension/render/render-actions.ts": 303,
  },
  files: {},
  // There are as many of it as a script has nodes: one more object in each would cost memory.
  fields: { "src/script/script-node.ts ScriptNode": 17 },
  "lines of a function": {},
};

const isField = (member: ClassElement): boolean => member.type === "PropertyDefinition" && !member.static;

/** Fields a class has, those its constructor declares among its parameters too. */
function fieldsOf({ body }: Class): number {
  const declared = body.body.flatMap((member) =>
    member.type === "MethodDefinition" && member.kind === "constructor"
      ? member.value.params.filter(({ type }) => type === "TSParameterProperty")
      : [],
  );
  return body.body.filter(isField).length + declared.length;
}

/** The classes and functions of a text. Functions in a function count for it as well. */
function measure(file: string, text: string): Measure[] {
  const { program, errors } = parseSync(file, text);
  assert.deepEqual(errors, [], file);
  const found: Measure[] = [];
  const lineStarts = [...text.matchAll(/\n/gu)].map(({ index }) => index);
  const linesOf = ({ start, end }: { start: number; end: number }): number =>
    1 + lineStarts.filter((at) => at >= start && at < end).length;
  const functionAt = (name: string, node: { start: number; end: number }): void => {
    found.push({ kind: "lines of a function", name: `${file} ${name}`, size: linesOf(node) });
  };
  const names = new Map<unknown, string>();
  const classAt = (node: Class): void => {
    const name = node.id?.name ?? "class";
    found.push({ kind: "fields", name: `${file} ${name}`, size: fieldsOf(node) });
    for (const member of node.body.body)
      if (member.type === "MethodDefinition" || member.type === "PropertyDefinition")
        names.set(member.value, `${name}.${nameOf(text, member.key)}`);
  };
  new Visitor({
    ClassDeclaration: classAt,
    ClassExpression: classAt,
    VariableDeclarator: ({ id, init }) => void names.set(init, nameOf(text, id)),
    Property: ({ key, value }) => void names.set(value, nameOf(text, key)),
    FunctionDeclaration: (node) => functionAt(node.id?.name ?? "default", node),
    FunctionExpression: (node) => functionAt(names.get(node) ?? "function", node),
    ArrowFunctionExpression: (node) => functionAt(names.get(node) ?? "arrow", node),
  }).visit(program);
  return found;
}

function nameOf(text: string, { start, end }: { start: number; end: number }): string {
  return text.slice(start, end).split(/[:\n]/u, 1)[0] ?? "";
}

function measureAll(): Measure[] {
  const files = globSync("src/**/*.{ts,js,mjs}", { cwd: root }).map((file) => file.replaceAll("\\", "/"));
  const folders = new Set(files.map((file) => dirname(file)));
  return [
    ...[...folders].map((name): Measure => {
      const inside = files.filter((file) => dirname(file) === name);
      return { kind: "files", name, size: inside.length };
    }),
    ...files.flatMap((file) => {
      const text = readFileSync(join(root, file), "utf8");
      const lines: Measure = { kind: "lines", name: file, size: text.trimEnd().split("\n").length };
      return [lines, ...measure(file, text)];
    }),
  ];
}

test("the check counts fields and lines", () => {
  const body = "\n".repeat(9);
  const text = `class A { #a = 1; static b = 2; constructor(private readonly c: number) {} d(): void {${body}} }
    const e = (): void => {${body}}; function f(): void {} export const g = { h() {${body}} };`;
  assert.deepEqual(
    measure("a.ts", text).map(({ name, size }) => `${name} ${size}`),
    ["a.ts A 2", "a.ts A.constructor 1", "a.ts A.d 10", "a.ts e 10", "a.ts f 1", "a.ts h 10"],
  );
});

test("nothing of src is over its limit, but for what is known to be", () => {
  const all = measureAll();
  assert.ok(all.length > 2000, `only ${all.length} were found`);
  const over = all.filter(({ kind, name, size }) => size > (allowed[kind][name] ?? limits[kind]));
  assert.deepEqual(
    over.map(
      ({ kind, name, size }) => `${name}: ${size} ${kind}, at most ${allowed[kind][name] ?? limits[kind]}`,
    ),
    [],
    "split it by what its parts are for",
  );
});

test("what is known to be over its limit has not shrunk unnoticed", () => {
  const all = measureAll();
  const stale = Object.entries(allowed).flatMap(([kind, names]) =>
    Object.entries(names).flatMap(([name, most]) => {
      const sizes = all.filter((one) => one.kind === kind && one.name === name).map(({ size }) => size);
      return Math.max(0, ...sizes) === most ? [] : [`${name}: ${sizes.join(", ")} ${kind}, allowed ${most}`];
    }),
  );
  assert.deepEqual(stale, [], "write its size down here, or take it off the list");
});
