import { writeFileSync } from "node:fs";
import Mocha from "mocha";

/** The runner outside prints lines with this mark; everything else on the console is VS Code's own. */
function say(text: string): void {
  console.log(`[suite] ${text}`);
}

class Silent extends Mocha.reporters.Base {}

/** Runs the tests that the thunks define; rejects when one fails, as VS Code's test runner expects. */
export function runSuite(files: readonly (() => unknown)[]): Promise<void> {
  const mocha = new Mocha({ ui: "tdd", color: false, timeout: 120_000, reporter: Silent });
  // `suite` and `test` become globals for the bundled files.
  mocha.suite.emit("pre-require", globalThis, "index.cjs", mocha);
  for (const load of files) load();
  return new Promise((resolve, reject) => {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    mocha
      .run((failures) => {
        const file = process.env.NUKE_RENDER_TEST_RESULTS;
        if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
        if (failures > 0) reject(new Error(`${failures} tests failed`));
        else resolve();
      })
      .on("pass", (test) => {
        counts.passed++;
        say(`✔ ${test.fullTitle()} (${test.duration ?? 0}ms)`);
      })
      .on("pending", () => counts.skipped++)
      .on("fail", (test, error: unknown) => {
        counts.failed++;
        say(`✖ ${test.fullTitle()}
${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      });
  });
}
