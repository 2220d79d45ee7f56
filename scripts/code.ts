/** `npm run code`: the extension in a real VS Code in the browser, on `examples/`. `-- --no-open` only prints the address. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { startCode } from "./lib/code-server.ts";
import { findChromium } from "./lib/chromium.ts";
import { run } from "./lib/run.ts";

const root = join(import.meta.dirname, "..");
await run(process.execPath, [join(import.meta.dirname, "build.ts")], { show: true });
const code = await startCode({ develop: true, settings: { "nukeRender.nuke.useDemoRenderer": true } });
const address = code.address(join(root, "examples"), { extensionDevelopmentPath: code.remote(root) });
process.stdout.write(
  `VS Code with the extension, on examples/:\n${address}\nCtrl-C ends it. Renders use the demo renderer.\n`,
);
if (
  !process.argv.includes("--no-open") &&
  (process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY ?? process.platform !== "linux")
) {
  spawn(await findChromium(), [address], { detached: true, stdio: "ignore" }).unref();
}
await new Promise<void>((resolve) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
});
await code.stop();
