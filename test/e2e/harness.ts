/** A real VS Code driven as a user does it: the packaged extension installed, a copy of the examples open, clicks by Playwright. */
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Browser, BrowserContext, FrameLocator, Locator, Page } from "playwright-core";
import { launchChromium } from "../../scripts/lib/chromium.ts";
import { type RunningCode, startCode } from "../../scripts/lib/code-server.ts";
import { onlyNuke } from "../standin/install.ts";
import { packageExtension } from "../../scripts/lib/package.ts";
import { openWorkbench } from "../../scripts/lib/vscode-window.ts";

const root = join(import.meta.dirname, "..", "..");
const pictures = join(root, ".test-output", "e2e");

export interface WorkbenchOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: NodeJS.ProcessEnv;
  readonly trust?: boolean;
}

export class Workbench {
  readonly workspace: string;
  readonly code: RunningCode;
  readonly #browser: Browser;
  readonly #context: BrowserContext;
  readonly #console: string[] = [];
  readonly #nukes: string;
  #page: Page;

  constructor(
    workspace: string,
    nukes: string,
    code: RunningCode,
    browser: Browser,
    context: BrowserContext,
    page: Page,
  ) {
    this.#nukes = nukes;
    [this.workspace, this.code, this.#browser, this.#context, this.#page] = [
      workspace,
      code,
      browser,
      context,
      page,
    ];
    this.#listen();
  }

  /** The folder has a blank in its name, as folders do. The stand-in is the only Nuke of the machine. */
  static async start({
    settings = {},
    env = process.env,
    trust = false,
  }: WorkbenchOptions = {}): Promise<Workbench> {
    const workspace = await mkdtemp(join(tmpdir(), "my comps "));
    await cp(join(root, "examples"), workspace, {
      recursive: true,
      filter: (source) => !source.includes("renders"),
    });
    const vsix = process.env.NUKE_RENDER_TEST_VSIX ?? (await packed());
    const nukes = await mkdtemp(join(tmpdir(), "nukes "));
    const code = await startCode({ vsix, settings, env: { ...(await onlyNuke(nukes)), ...env }, trust });
    const browser = await launchChromium();
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const workbench = new Workbench(workspace, nukes, code, browser, context, await context.newPage());
    await workbench.openWindow();
    return workbench;
  }

  get page(): Page {
    return this.#page;
  }

  async openWindow(): Promise<void> {
    await openWorkbench(this.#page, this.code, this.code.address(this.workspace));
  }

  /** Closes the window, as one closes a tab; `openNextWindow` is another one. */
  async closeWindow(): Promise<void> {
    await this.#page.close();
  }

  async openNextWindow(): Promise<void> {
    this.#page = await this.#context.newPage();
    this.#listen();
    await this.openWindow();
  }

  async openFile(name: string): Promise<void> {
    await this.#page.getByRole("treeitem", { name, exact: false }).first().dblclick();
    await this.#page.locator(`.tab[data-resource-name="${name}"]`).waitFor();
  }

  async goToLine(line: number, column = 1): Promise<void> {
    await this.#page.keyboard.press("F1");
    await this.#page.locator(".quick-input-widget input").fill(`:${line}:${column}`);
    await this.#page.getByText(new RegExp(`go to line ${line}\\b`, "iu")).waitFor();
    await this.#page.keyboard.press("Enter");
    await this.#page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  }

  /** A line of the editor that holds a text. */
  line(text: string): Locator {
    return this.#page.locator(".editor-instance .view-line").filter({ hasText: text }).first();
  }

  /** A lens by what it says. */
  lens(text: string | RegExp): Locator {
    return this.#page.locator(".codelens-decoration a").filter({ hasText: text }).first();
  }

  async runCommand(title: string): Promise<void> {
    await this.#page.keyboard.press("F1");
    const box = this.#page.locator(".quick-input-widget input");
    await box.fill(`>${title}`);
    await this.#page.locator(".quick-input-list .monaco-list-row").filter({ hasText: title }).first().click();
  }

  async pick(text: string | RegExp): Promise<void> {
    await this.#page.locator(".quick-input-list .monaco-list-row").filter({ hasText: text }).first().click();
  }

  /** The form's page. */
  form(): FrameLocator {
    return this.#page.frameLocator("iframe.webview").frameLocator("iframe#active-frame");
  }

  /** A line of the output panel that is on the screen. */
  output(text: string | RegExp): Locator {
    return this.#page.locator(".part.panel .view-line").filter({ hasText: text }).first();
  }

  notification(text: string | RegExp): Locator {
    return this.#page
      .locator(".notification-toast, .notification-list-item")
      .filter({ hasText: text })
      .first();
  }

  /** The question that stands before everything else. */
  dialog(): Locator {
    return this.#page.locator(".monaco-dialog-box");
  }

  /** Takes a picture; those named for the README go there when UPDATE_SCREENSHOTS is set. */
  async picture(name: string, forReadme = false): Promise<void> {
    const file = join(pictures, `${name}.png`);
    await mkdir(pictures, { recursive: true });
    await this.#page.screenshot({ path: file });
    if (!forReadme || process.env.UPDATE_SCREENSHOTS === undefined) return;
    const kept = join(root, "media", "screenshots", `${name}.png`);
    await mkdir(dirname(kept), { recursive: true });
    await cp(file, kept);
  }

  /** Runs the steps of a test; when one fails, what was on the screen and in the logs is kept. */
  async does(name: string, steps: () => Promise<void>): Promise<void> {
    try {
      await steps();
    } catch (error) {
      const file = name.replaceAll(/\W+/gu, "-").toLowerCase();
      await this.picture(`failed-${file}`);
      await writeFile(
        join(pictures, `failed-${file}.log`),
        `${this.#console.join("\n")}\n\n${await this.code.log()}`,
      );
      throw error;
    }
  }

  async leave(): Promise<void> {
    await this.#browser.close();
    await this.code.stop();
    await rm(this.workspace, { recursive: true, force: true });
    await rm(this.#nukes, { recursive: true, force: true });
  }

  #listen(): void {
    // Generous: a busy machine is no failure, and what never comes still ends the test.
    this.#page.setDefaultTimeout(120_000);
    this.#page.on("console", (message) => this.#console.push(`${message.type()}: ${message.text()}`));
  }
}

async function packed(): Promise<string> {
  const file = join(root, ".test-output", "nuke-background-render.vsix");
  await mkdir(dirname(file), { recursive: true });
  await packageExtension(file);
  return file;
}
