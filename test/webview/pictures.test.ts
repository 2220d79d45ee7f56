/** Looks: every side of the form in three themes and narrow, as pictures in .test-output/webview, and without a word of complaint. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FormState } from "../../src/webview/protocol.ts";
import { aWrite, someFacts } from "../unit/plan/plan-facts.ts";
import { aState, openForm, withBrowser } from "./open-form.ts";
import { themeNames } from "./themes.ts";

withBrowser();

function shot(changes: Partial<FormState> = {}): FormState {
  const file = "/jobs/atlas/sh040/renders/comp/v012/sh040_comp_v012.%04d.exr";
  const writes = [
    aWrite({
      name: "WriteComp",
      file,
      resolvedFile: file,
      first: 1001,
      last: 1100,
      views: ["left", "right"],
      viewToken: true,
    }),
    aWrite({
      name: "WriteMovie",
      file: "/jobs/atlas/review.mov",
      resolvedFile: "/jobs/atlas/review.mov",
      fileType: "mov",
      movie: true,
      frameToken: false,
    }),
  ];
  const facts = someFacts({
    machine: { cores: 16, totalMB: 65_536, freeMB: 41_000, budgetMB: 55_700, allowanceMB: 2048 },
    outputs: {
      WriteComp: [{ folder: "/jobs/atlas/sh040/renders/comp/v012", exists: false, writable: true }],
    },
    unsaved: true,
    nuke: { argv: ["/usr/local/Nuke15.1v5/Nuke15.1"], version: "15.1v5", demo: false },
  });
  return aState({
    facts: {
      ...facts,
      script: {
        ...facts.script,
        path: "/jobs/atlas/sh040/comp/sh040_comp_v012.nk",
        first: 1001,
        last: 1148,
        views: ["left", "right"],
        writes,
      },
    },
    write: "WriteComp",
    ...changes,
  });
}

for (const theme of themeNames) {
  test(`render and farm side in ${theme}`, async () => {
    await using form = await openForm({ state: shot(), theme });
    await form.shows("#summary", "100 frames in 8 chunks");
    await form.picture(`render-${theme}`);
    await form.page.locator("#more-summary").click();
    await form.page.locator("#while-rendering").scrollIntoViewIfNeeded();
    await form.picture(`more-${theme}`);
    await form.type("range", "1001-10a0");
    await form.type("cache", "32G");
    await form.shows("#range-error", "position");
    await form.picture(`errors-${theme}`);
    await form.page.locator("#to-farm").click();
    await form.shows("#command", "farm-submit");
    await form.picture(`farm-${theme}`);
  });
}

test("narrow windows get one column and no sideways scrolling", async () => {
  await using form = await openForm({ state: shot(), width: 420, height: 1400 });
  await form.shows("#summary", "100 frames");
  await form.picture("narrow");
  const { over, stacked } = await form.page.evaluate(() => {
    const box = (selector: string): DOMRect | undefined =>
      document.querySelector(selector)?.getBoundingClientRect();
    return {
      over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      stacked: (box(".outcome")?.top ?? 0) >= (box(".fields")?.bottom ?? 0),
    };
  });
  assert.equal(over, 0);
  assert.ok(stacked);
});
