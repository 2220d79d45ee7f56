/** Clicks and keys in the form, under VS Code's policy: what is typed is what the host gets, and the plan follows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ToWebview } from "../../src/webview/protocol.ts";
import { aWrite, someFacts } from "../unit/plan/plan-facts.ts";
import { aState, openForm, withBrowser } from "./open-form.ts";

withBrowser();

test("the plan follows what is typed, and Render sends exactly that", async () => {
  await using form = await openForm();
  await form.type("range", "1-40");
  await form.page.getByRole("radio", { name: "Chunks", exact: true }).click();
  await form.type("split-count", "8");
  await form.type("threads", "3");
  await form.type("cache", "4G");
  await form.shows("#chunks", "36-40");
  const rows = await form.rows();
  assert.equal(rows.length, 8);
  await form.shows("#command", "-F 1-5");
  await form.shows("#command", "-m 3");
  await form.page.getByRole("button", { name: "Render 1–40" }).click();
  const { options, write } = await form.message("render");
  assert.equal(write, "Write1");
  assert.deepEqual(
    [options.range, options.split, options.threads, options.cacheMB],
    ["1-40", { by: "chunks", count: 8 }, 3, 4096],
  );
});

test("distributed automatically by default; frames per chunk", async () => {
  await using form = await openForm();
  await form.type("range", "1-40");
  assert.equal(await form.page.locator("#split-auto").isChecked(), true);
  await form.shows("#split-hint", "As Nukes become free");
  assert.equal(await form.input("split-count").isDisabled(), true);
  await form.page.getByRole("radio", { name: "Frames per chunk" }).click();
  await form.type("split-count", "7");
  await form.shows("#chunks", "36-40");
  await form.page.getByRole("radio", { name: "Automatic" }).click();
  await form.shows("#split-hint", "As Nukes become free");
  assert.equal(await form.input("split-count").isDisabled(), true);
  await form.page.getByRole("button", { name: "Render 1–40" }).click();
  const { options } = await form.message("render");
  assert.deepEqual([options.deal, options.split], ["auto", undefined]);
  // Back to chunks there is no number that was not typed.
  await form.page.getByRole("radio", { name: "Chunks", exact: true }).click();
  assert.equal(await form.input("split-count").inputValue(), "");
  await form.messageThat("remember", (message) => message.options.deal === "split");
});

test("the order of frames: early frames have separate chunks", async () => {
  await using form = await openForm();
  await form.type("range", "1-41");
  await form.choose("order", "First, middle and last, then the rest");
  await form.shows("#chunks", "21");
  assert.deepEqual(
    (await form.rows()).slice(0, 3).map((row) => row[1]),
    ["1", "21", "41"],
  );
  await form.choose("order", "Every n-th, then the rest");
  await form.type("order-step", "1");
  await form.shows("#order-step-error", "from 2");
  await form.type("order-step", "20");
  await form.page.getByRole("radio", { name: "Chunks", exact: true }).click();
  await form.type("split-count", "1");
  await form.shows("#chunks", "1-41x20");
  await form.page.getByRole("button", { name: "Render 1–41" }).click();
  const { options } = await form.message("render");
  assert.deepEqual([options.order, options.deal], [{ by: "every", step: 20 }, "split"]);
});

test("keeping Nukes open: the command shows it, and it can be taken back", async () => {
  await using form = await openForm();
  await form.page.locator("#warm").click();
  await form.shows("#command", "warm_nuke.py");
  const { options } = await form.messageThat("remember", (message) => message.options.warm === true);
  assert.equal(options.warm, true);
  await form.page.locator("#warm").click();
  await form.shows("#command", "-x");
});

test("without a Nuke one can be chosen, and test pictures are the second way", async () => {
  await using form = await openForm({ state: aState({ facts: someFacts({ nuke: null }) }) });
  const problem = form.page.locator('[data-code="nuke-missing"]');
  assert.deepEqual(await problem.locator(".fix").allTextContents(), ["Choose Nuke…", "Render Test Pictures"]);
  await problem.getByRole("button", { name: "Choose Nuke…" }).click();
  assert.equal((await form.message("fix")).problem.fix, "choose-nuke");
  await problem.getByRole("button", { name: "Render Test Pictures" }).click();
  await form.messageThat("fix", (message) => message.problem.fix === "use-demo-renderer");
});

test("two fields changed before the form is drawn again: both count", async () => {
  await using form = await openForm();
  await form.page.evaluate(() => {
    const type = (id: string, text: string): void => {
      const field = document.getElementById(id);
      const input = field?.shadowRoot?.querySelector("input");
      if (!input) throw new Error(id);
      input.value = text;
      input.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
    };
    type("range", "1-40");
    type("cache", "4G");
    type("threads", "3");
  });
  await form.shows("#command", "-c 4096M");
  await form.shows("#command", "-m 3");
});

test("what is wrong is said at its field, and Render goes there instead of starting", async () => {
  await using form = await openForm();
  await form.type("range", "1-1o");
  await form.shows("#range-error", "position");
  await form.type("threads", "many");
  await form.shows("#threads-error", "whole number");
  await form.page.locator("#submit, button.primary").first().click();
  await form.page.waitForFunction(() => document.activeElement?.id === "range");
  assert.ok(form.received.every(({ type }) => type !== "render"));
});

test("the keyboard does it all: Tab reaches every field, Ctrl+Enter renders, Escape closes", async () => {
  await using form = await openForm();
  const reached = new Set<string>();
  for (let step = 0; step < 40; step++) {
    await form.page.keyboard.press("Tab");
    reached.add((await form.page.evaluate(() => document.activeElement?.id)) ?? "");
  }
  for (const id of [
    "range",
    "split-auto",
    "order",
    "parallel",
    "threads",
    "cache",
    "proxy",
    "continue-on-error",
  ])
    assert.ok(reached.has(id), `${id} is not reached; ${[...reached].join(" ")}`);
  await form.input("range").focus();
  await form.page.keyboard.press("Control+Enter");
  await form.message("render");
  await form.page.keyboard.press("Escape");
  await form.message("close");
});

test("settings of a Write are remembered, and shown again", async () => {
  await using form = await openForm({
    state: aState({
      remembered: {
        Write1: { proxy: "proxy", continueOnError: true, range: "5-9", deal: "auto", cacheMB: 2048 },
      },
    }),
  });
  assert.equal(await form.input("range").inputValue(), "5-9");
  assert.equal(await form.input("cache").inputValue(), "2G");
  assert.equal(await form.page.locator("#split-auto").isChecked(), true);
  await form.type("range", "5-8");
  const { options } = await form.messageThat("remember", (message) => message.options.range === "5-8");
  assert.deepEqual([options.deal, options.continueOnError, options.proxy], ["auto", true, "proxy"]);
});

test("nothing is started in a folder that is not trusted", async () => {
  await using form = await openForm({ state: aState({ trusted: false }) });
  await form.page.locator("#not-trusted").waitFor();
  await form.input("range").focus();
  await form.page.keyboard.press("Control+Enter");
  await form.type("range", "1-3");
  await form.messageThat("remember", (message) => message.options.range === "1-3");
  assert.ok(form.received.every(({ type }) => type !== "render"));
});

test("only frames that are missing: the host looks at the disk when asked, and the count stands under the choice", async () => {
  let tell: ((message: ToWebview) => void) | null = null;
  const onDisk = { view: null, fresh: "1-40 45", older: "50", whole: null };
  await using form = await openForm({
    host: {
      selected: ({ write, only }) => {
        const facts = someFacts(only === "all" ? {} : { files: { [write]: [onDisk] } });
        tell?.({ type: "facts", trusted: true, facts });
      },
    },
  });
  tell = (message) => form.send(message);
  const choose = async (label: string): Promise<void> => {
    await form.page.locator("#only").click();
    await form.page.locator("#only").getByText(label).last().click();
  };
  await choose("Only those that are missing");
  await form.shows(".fields", "42 of 100 frames of Write1 are on disk; 58 are rendered.");
  await form.shows("#summary", "58 frames in");
  await choose("Those missing or older than the script");
  await form.shows(".fields", "41 of 100 frames of Write1 are up to date; 59 are rendered.");
  await form.type("range", "1-40");
  await form.shows("#summary", "Nothing left to render");
  await form.shows(
    ".fields",
    "All 40 frames of Write1 are already on disk, and none is older than the script.",
  );
  await form.type("range", "41-60");
  await form.page.locator("#submit").click();
  const { options, needed } = await form.message("render");
  assert.deepEqual([options.only, options.range, needed], ["outdated", "41-60", false]);
});

test("where it reads what another Write has not written yet, one click renders both in order", async () => {
  const writes = [aWrite({ needs: [{ write: "Pre", reader: "Read1" }] }), aWrite({ name: "Pre" })];
  const files = { Pre: [{ view: null, fresh: "1-90", older: "", whole: null }] };
  const state = aState({ facts: someFacts({ files }, writes) });
  await using form = await openForm({ state });
  await form.shows(
    "#problems",
    "Write1 reads what Pre writes (Read1), and 10 of 100 frames are not on disk. Render Pre first.",
  );
  await form.page.getByRole("button", { name: "Render Both in Order" }).click();
  const { write, needed } = await form.message("render");
  assert.deepEqual([write, needed], ["Write1", true]);
});

test("what a render replaces stands in the form while the range is typed; one click leaves it out", async () => {
  const time = new Date(2026, 10, 27, 22, 7).getTime();
  const onDisk = {
    view: null,
    fresh: "1-40",
    older: "",
    whole: null,
    written: [{ at: time, frames: "1-40" }],
  };
  const facts = someFacts({ files: { Write1: [onDisk] }, now: time + 60_000 });
  await using form = await openForm({ state: aState({ facts }) });
  await form.shows(
    "#problems",
    "Write1 replaces 40 frames of today 22:07; the other 60 are not on disk yet.",
  );
  await form.type("range", "31-40");
  await form.shows("#problems", "Write1 replaces 10 frames of today 22:07.");
  await form.type("range", "41-50");
  await form.page.locator("[data-code=replaces-frames]").waitFor({ state: "detached" });
  await form.type("range", "31-50");
  await form.page.getByRole("button", { name: "Render Only Missing" }).click();
  await form.shows("#summary", "10 frames in");
  await form.page.locator("#submit").click();
  const { options } = await form.message("render");
  assert.deepEqual([options.only, options.range], ["missing", "31-50"]);
});

test("where nothing may be replaced the form says so, and the host asks what to do", async () => {
  const onDisk = { view: null, fresh: "1-40", older: "", whole: null };
  const facts = someFacts({ files: { Write1: [onDisk] }, overwrite: "never" });
  await using form = await openForm({
    state: aState({ facts }),
    host: { render: () => ({ started: false }) },
  });
  await form.shows("#problems", "Write1 would replace 40 frames, with unknown dates");
  await form.page.locator("#submit").click();
  await form.message("render");
  await form.page.getByRole("button", { name: "Render Only Missing" }).click();
  await form.page.locator("[data-code=overwrite-refused]").waitFor({ state: "detached" });
  await form.shows("#summary", "60 frames in");
});

test("the farm side shows its own batches, regardless of the last local render, and the settings for both", async () => {
  const kept = {
    proxy: "proxy",
    continueOnError: true,
    deal: "auto",
    warm: true,
    parallel: 2,
    overwrite: "never",
  } as const;
  await using form = await openForm({ state: aState({ mode: "farm", remembered: { Write1: kept } }) });
  await form.shows("#summary", "100 frames in 10 tasks of 10 frames");
  await form.shows(
    "#shared",
    "From the render settings: proxy size; continue on error; frames on disk: refuse to replace any.",
  );
  await form.page.locator("#local-render").click();
  await form.shows("#summary", "100 frames in 10 chunks");
  await form.shows("#chunks", "91-100");
});

test("More: overwrite, priority, retries and what a save does are sent, remembered, and shown again", async () => {
  await using form = await openForm();
  const more = form.page.locator("#more");
  assert.equal(await more.evaluate((element) => element.hasAttribute("open")), false);
  await form.page.locator("#more-summary").click();
  await form.page.locator("#overwrite").getByText("As the setting says").first().waitFor();
  await form.type("retries", "0");
  await form.type("priority", "70");
  await form.choose("while-rendering", "Wait until the render is resumed");
  await form.choose("overwrite", "Refuse to replace any");
  const { overwrite } = await form.messageThat("selected", (message) => message.overwrite === "never");
  assert.equal(overwrite, "never");
  const wanted = { retries: 0, priority: 70, whileRendering: "hold", overwrite: "never" } as const;
  const { options } = await form.messageThat("remember", (message) => message.options.overwrite === "never");
  assert.deepEqual({ ...options, ...wanted }, options);
  await form.choose("overwrite", "As the setting says");
  // What was cleared is not hidden under the cursor.
  for (const id of ["retries", "priority"]) await form.type(id, "");
  assert.equal(await more.evaluate((element) => element.hasAttribute("open")), true);
  await form.page.locator("#submit").click();
  const { options: sent } = await form.message("render");
  assert.deepEqual([sent.overwrite, sent.retries, sent.whileRendering], [undefined, undefined, "hold"]);
  await using again = await openForm({ state: aState({ remembered: { Write1: options } }) });
  assert.equal(await again.input("priority").inputValue(), "70");
  assert.equal(await again.page.locator("#more").evaluate((element) => element.hasAttribute("open")), true);
});

test("More: a field that is wrong is opened and named, and nothing starts", async () => {
  await using form = await openForm();
  await form.page.locator("#more-summary").click();
  await form.type("retries", "21");
  await form.shows("#retries-error", 'Retries: "21" is not a whole number from 0 to 20.');
  await form.page.locator("#more-summary").click();
  await form.page.locator("#submit").click();
  await form.page.waitForFunction(() => document.activeElement?.id === "retries");
  assert.ok(form.received.every(({ type }) => type !== "render"));
});
