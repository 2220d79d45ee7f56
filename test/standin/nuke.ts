/** The program of the stand-in: the demo renderer, but it writes where the Writes say, as a Nuke does. It is no part of the product. */
import { accessSync, constants, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { NodeError, type Outputs } from "../../src/demo-renderer/demo-output.ts";
import { runSession } from "../../src/demo-renderer/session.ts";

const asWritten: Outputs = async (facts) => ({
  facts,
  folder: null,
  prepare: (write, path) => {
    if (write.createDirectories) mkdirSync(dirname(path), { recursive: true });
    try {
      accessSync(dirname(path), constants.W_OK);
    } catch {
      throw new NodeError(`${write.name}: ${path}: No such file or directory`);
    }
  },
});

process.exitCode = await runSession(process.argv.slice(2), process.env, asWritten);
// A child of a test profile must not keep its parent: a Nuke ends when it has ended.
process.exit();
