/** Clicks and keys in the form, under VS Code's policy: what is typed is what the host gets, and the plan follows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { aState, openForm, withBrowser } from "./open-form.ts";

withBrowser();

test("the plan follows what is typed, and Render sends exactly that", async () => {
  await using form = await openForm();
  await form.type("range", "1-40");
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

test("frames per chunk, and dealing out", async () => {
  await using form = await openForm();
  await form.type("range", "1-40");
  await form.page.getByRole("radio", { name: "Frames per chunk" }).click();
  await form.type("split-count", "7");
  await form.shows("#chunks", "36-40");
  await form.page.getByRole("radio", { name: "Dealt out" }).click();
  await form.shows("#split-hint", "As Nukes come free");
  assert.equal(await form.input("split-count").isDisabled(), true);
  await form.page.getByRole("button", { name: "Render 1–40" }).click();
  const { options } = await form.message("render");
  assert.deepEqual([options.deal, options.split], ["auto", undefined]);
  // Back to chunks there is no number that nobody typed.
  await form.page.getByRole("radio", { name: "Chunks", exact: true }).click();
  assert.equal(await form.input("split-count").inputValue(), "");
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
    type("split-count", "8");
    type("threads", "3");
  });
  await form.shows("#chunks", "36-40");
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
  for (const id of ["range", "split-count", "parallel", "threads", "cache", "proxy", "continue-on-error"])
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
