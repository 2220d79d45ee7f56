/** The table of render options, and that each surface honors or refuses every row of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import manifest from "../../../../package.json" with { type: "json" };
import { taskDefinitions } from "../../../../scripts/lib/task-properties.ts";
import { UsageError } from "../../../../src/cli/failure.ts";
import { optionFlags, parseFlags, renderFlagsHelp } from "../../../../src/cli/flag-table.ts";
import { farmUses, readRequest } from "../../../../src/cli/request-flags.ts";
import { TaskDefinitionError, readTask } from "../../../../src/extension/surfaces/task-definition.ts";
import { settingsSchema } from "../../../../src/facts/settings.ts";
import { tokenNames } from "../../../../src/farm/command-template.ts";
import type { OptionKind, OptionRow } from "../../../../src/plan/options/kinds.ts";
import { readOption } from "../../../../src/plan/options/read-option.ts";
import { optionTable } from "../../../../src/plan/options/table.ts";
import { type RenderRequest, renderOptionsSchema } from "../../../../src/plan/request.ts";
import { draftOf, readDraft } from "../../../../src/webview/form/draft.ts";
import { aWrite, someFacts } from "../plan-facts.ts";

const rows = Object.entries<OptionRow>(optionTable);
const settings = settingsSchema.parse({});

/** A value that is not the default, as text. */
function sample(kind: OptionKind): string {
  switch (kind.type) {
    case "whole":
      return String(kind.least + 1);
    case "size":
      return "2G";
    case "choice":
      return kind.choices.at(-1)?.value ?? "";
    case "order":
      return "every:7";
    default:
      return "7-9";
  }
}

function request(...args: string[]): RenderRequest {
  return readRequest(parseFlags(["a.nk", ...args], "render"), someFacts().script, settings, "render");
}

test("every option of a request is in the table once, and no name is used for two", () => {
  assert.deepEqual(Object.keys(renderOptionsSchema.shape).toSorted(), rows.map(([name]) => name).toSorted());
  for (const names of [
    optionFlags.map(({ flag }) => flag.name),
    rows.flatMap(([, row]) => row.task.map(({ name }) => name)),
  ])
    assert.deepEqual([...new Set(names)], names);
});

test("the command line: each flag of each row changes its option and is in the help", () => {
  const plain = request();
  const help = renderFlagsHelp();
  for (const [option, row] of rows) {
    assert.ok(row.flags.length > 0, option);
    for (const flag of row.flags) {
      const text = flag.placeholder === undefined ? "" : `=${sample(flag.kind ?? row.kind)}`;
      const changed = { ...request(`--${flag.name}${text}`) };
      assert.notDeepEqual(Reflect.get(changed, option), Reflect.get(plain, option), flag.name);
      assert.match(help, new RegExp(`^  --${flag.name}\\b`, "mu"));
    }
  }
});

test("the command line: what an option cannot be is refused by the name of its flag", () => {
  for (const [args, message] of [
    [["--retries", "21"], /--retries takes a whole number from 0 to 20, not "21"/u],
    [["--cache", "much"], /--cache takes an amount of memory/u],
    [["--cache", "1M"], /--cache takes an amount of memory, .* from 16 MB/u],
    [["--split", "2", "--chunk-size", "3"], /--split and --chunk-size exclude each other/u],
    [["--proxy", "--full"], /--proxy and --full exclude each other/u],
    [["--deal", "auto", "--chunk-size", "3"], /--deal auto and --chunk-size exclude each other/u],
  ] as const)
    assert.throws(
      () => request(...args),
      (error) => error instanceof UsageError && message.test(error.message),
    );
});

test("an earlier request holds where no flag says otherwise, whatever the settings are by now", () => {
  const earlier = request("--continue-on-error", "--proxy", "--retries", "5", "--nuke-argument=-i");
  const again = readRequest(
    parseFlags(["a.nk", "--threads", "3"], "retry"),
    someFacts().script,
    settings,
    "retry",
    earlier,
  );
  assert.deepEqual(again, { ...earlier, threads: 3 });
});

const aTask = { type: "nuke-render", script: "a.nk", write: "Write1" };

test("a task: each property of each row changes its option", () => {
  const plain = readTask(aTask).options(false);
  for (const [option, row] of rows) {
    assert.ok(row.task.length > 0, option);
    for (const property of row.task) {
      const kind = property.kind ?? row.kind;
      const text = sample(kind);
      const value =
        kind.type === "whole"
          ? Number(text)
          : kind.type === "boolean"
            ? true
            : kind.type === "list"
              ? [text]
              : text;
      const options = readTask({ ...aTask, [property.name]: value }).options(false);
      assert.notDeepEqual(Reflect.get(options, option), Reflect.get(plain, option), property.name);
    }
  }
  assert.equal(readTask(aTask).options(true).continueOnError, true);
});

test("a task that cannot be run as it is written says which property is wrong", () => {
  for (const [wrong, message] of [
    [{ retries: 21 }, /^tasks\.json: retries: /u],
    [{ order: "every" }, /^tasks\.json: order: takes forward, backward, ends or every:N/u],
    [{ cache: "much" }, /^tasks\.json: cache: takes an amount of memory/u],
    [{ split: 2, chunkSize: 3 }, /^tasks\.json: chunkSize: it and split exclude each other/u],
    [{ whileRendering: "pray" }, /^tasks\.json: whileRendering: takes copy, hold, go-on, not "pray"/u],
  ] as const)
    assert.throws(
      () => readTask({ ...aTask, ...wrong }),
      (error) => error instanceof TaskDefinitionError && message.test(error.message),
    );
});

test("package.json declares the properties of a task as the table has them (npm run options)", () => {
  assert.deepEqual(manifest.contributes.taskDefinitions, taskDefinitions());
});

test("the form: every option comes back from the fields as it went in, but those it says are a setting's", () => {
  const fields = rows.flatMap(([name, { kind, form }]) =>
    form.control === "field" ? [[name, kind.type === "boolean" ? true : readOption(kind, sample(kind))]] : [],
  );
  const options = renderOptionsSchema.parse({
    ...Object.fromEntries(fields),
    range: "7-9",
    only: "missing",
    split: { by: "frames", size: 3 },
    deal: "chunks",
    order: { by: "every", step: 7 },
    views: ["left"],
    proxy: "full",
  });
  const inForm = rows.flatMap(([name, { form }]) => (form.control === "setting" ? [] : [name]));
  assert.deepEqual(Object.keys(options).toSorted(), inForm.toSorted());
  assert.deepEqual(readDraft(draftOf(options), aWrite()), { options, errors: {} });
});

test("the form: what has no meaning for a movie is not asked of it, and a wrong field is named", () => {
  const movie = aWrite({ movie: true });
  const draft = draftOf({ warm: true, retries: 3 });
  const { options } = readDraft(draft, movie);
  assert.deepEqual([options.warm, options.retries], [undefined, 3]);
  const { errors, options: left } = readDraft({ ...draft, priority: "200", retries: "-0" }, movie);
  assert.deepEqual(errors, { priority: 'Priority: "200" is not a whole number from 0 to 100.' });
  assert.deepEqual([left.priority, left.retries], [undefined, 0]);
});

test("a farm: every option has a token, is decided before anything is sent, or is refused", () => {
  for (const { row, flag } of optionFlags) {
    const text = flag.placeholder === undefined ? "" : `=${sample(flag.kind ?? row.kind)}`;
    const { options } = parseFlags(["a.nk", `--${flag.name}${text}`], "farm submit");
    const [use, ...more] = farmUses(options);
    assert.deepEqual([use?.name, more], [flag.name, []]);
    const known = [...tokenNames, "plan", "refused"];
    assert.ok(use !== undefined && known.includes(use.use), flag.name);
  }
});
