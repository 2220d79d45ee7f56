import assert from "node:assert/strict";
import { test } from "node:test";
import { plainLabel } from "../../../../src/plan/text/plain-label.ts";

test("neither icons nor links are made of what a script says, and nothing is obeyed", () => {
  const shown = plainLabel("W$(alert) [ok](command:workbench.action.quit) \u001B[1m");
  assert.doesNotMatch(shown, /\$\(|\]\(/u);
  assert.equal(
    shown.replaceAll("\u200B", ""),
    String.raw`W$(alert) [ok](command:workbench.action.quit) \x1b[1m`,
  );
  assert.equal(plainLabel("Write1 (left)"), "Write1 (left)");
});
