/** The first moments of a VS Code window in a browser: slow on a cold or busy machine, and then fast. */
import type { Page } from "playwright-core";
import { launchChromium } from "./chromium.ts";
import { type RunningCode, startCode } from "./code-server.ts";

const SAY_EVERY_MS = 30_000;

/**
 * Opens an address and waits until the workbench is there, for as long as the server lives; says every 30 seconds what it waits for.
 * @throws {CodeServerError} when the server ends.
 */
export async function openWorkbench(page: Page, code: RunningCode, address: string): Promise<void> {
  const started = performance.now();
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - started) / 1000);
    process.stdout.write(`Still waiting for the window of VS Code, ${seconds} seconds so far.\n`);
  }, SAY_EVERY_MS);
  try {
    await Promise.race([code.died, loadWorkbench(page, address)]);
  } finally {
    clearInterval(timer);
  }
}

async function loadWorkbench(page: Page, address: string): Promise<void> {
  await page.goto(address, { timeout: 0, waitUntil: "commit" });
  await page.locator(".monaco-workbench .statusbar").waitFor({ timeout: 0 });
}

/** Opens one window and closes it again, so that the disk cache and the browser are warm when tests begin. */
export async function warmUp(folder: string): Promise<void> {
  const code = await startCode();
  const browser = await launchChromium();
  try {
    await openWorkbench(await browser.newPage(), code, code.address(folder));
  } finally {
    await browser.close();
    await code.stop();
  }
}
