import assert from "node:assert/strict";
import { test } from "node:test";
import { ProgressBars } from "../../../src/cli/progress-bars.ts";
import { table } from "../../../src/cli/summary.ts";
import { processTerminal } from "../../../src/cli/terminal.ts";
import { jobStatus } from "../render-service/job-status.ts";

class Screen {
  text = "";
  readonly isTTY: boolean;
  readonly columns = 200;
  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }
  write(text: string): void {
    this.text += text;
  }
}

const hostile = "\u001B]0;owned\u0007\u009B2J\r\u202E\nnext";
const shown = String.raw`\x1b]0;owned\x07\u009b2J\r\u202e\nnext`;

test("nothing that is printed is obeyed, on a screen or a pipe", () => {
  for (const isTTY of [true, false]) {
    const [out, err] = [new Screen(isTTY), new Screen(isTTY)];
    const terminal = processTerminal(out, err, {});
    terminal.out(hostile);
    terminal.err(hostile);
    assert.deepEqual([out.text, err.text], [`${shown}\n`, `${shown}\n`]);
  }
});

test("colors are asked for by name, and only a screen gets them", () => {
  const [screen, pipe, plain] = [new Screen(true), new Screen(false), new Screen(true)];
  processTerminal(screen, screen, {}).out("+ x\u001B[0m", "green");
  processTerminal(pipe, pipe, {}).out("+ x", "green");
  processTerminal(plain, plain, { NO_COLOR: "1" }).out("+ x", "green");
  assert.equal(screen.text, "\u001B[32m+ x\\x1b[0m\u001B[39m\n");
  assert.deepEqual([pipe.text, plain.text], ["+ x\n", "+ x\n"]);
});

test("progress bars move the cursor themselves; a Write's name does not", () => {
  const screen = new Screen(true);
  const bars = new ProgressBars(processTerminal(screen, screen, {}));
  bars.show(jobStatus({ write: "Write1\u001B[9A\u0007" }));
  bars.show(jobStatus({ write: "Write1\u001B[9A\u0007" }));
  bars.clear();
  assert.ok(screen.text.includes(String.raw`Write1\x1b[9A\x07`));
  // oxlint-disable-next-line no-control-regex
  const own = screen.text.replaceAll(/\u001B\[(?:\d*[AJ]|2K)/g, "");
  assert.ok(!own.includes("\u001B") && !own.includes("\u0007"), JSON.stringify(own));
  assert.ok(!screen.text.includes("\u001B[9A"));
});

test("the columns of a table stay in line", () => {
  const lines = table(
    ["a", "b"],
    [
      ["x\u001B", "q"],
      ["longer than", "q"],
    ],
  );
  assert.equal(lines[2]?.indexOf("q"), lines[3]?.indexOf("q"));
});
