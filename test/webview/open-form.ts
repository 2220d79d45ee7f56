/** The form in a real browser, under the policy it gets in VS Code, with the test as its host. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { type Server, createServer } from "node:http";
import { join } from "node:path";
import { after, before } from "node:test";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../../scripts/lib/chromium.ts";
import {
  type FormReplies,
  type FormState,
  type FromWebview,
  type ToWebview,
  fromWebviewSchema,
} from "../../src/webview/protocol.ts";
import { contentSecurityPolicy, formHtml } from "../../src/webview/shell.ts";
import { WireChannel, type WireHandlers } from "../../src/webview/wire-channel.ts";
import { someFacts } from "../unit/plan/plan-facts.ts";
import { type Theme, themes } from "./themes.ts";

const root = join(import.meta.dirname, "..", "..");
const pictures = join(root, ".test-output", "webview");

let browser: Browser | null = null;
let server: Server | null = null;
let origin = "";

/** One browser and one server for all tests of a file. */
export function withBrowser(): void {
  before(async () => {
    const bundle = await build({
      absWorkingDir: root,
      entryPoints: ["src/webview/form/form.ts"],
      bundle: true,
      write: false,
      format: "esm",
      target: "chrome124",
      outdir: "out/webview",
    });
    const files = new Map(
      bundle.outputFiles.map((file) => [file.path.endsWith(".css") ? "/form.css" : "/form.js", file.text]),
    );
    server = createServer((request, response) => {
      const path = request.url ?? "/";
      if (path === "/favicon.ico") {
        response.writeHead(204).end();
        return;
      }
      const file = files.get(path);
      if (file !== undefined) {
        response.setHeader("content-type", path.endsWith(".css") ? "text/css" : "text/javascript");
        response.end(file);
        return;
      }
      const parts = { cspSource: origin, nonce: randomBytes(16).toString("base64url") };
      response.setHeader("content-type", "text/html");
      response.setHeader("content-security-policy", contentSecurityPolicy(parts));
      const [scriptUri, styleUri] = [`${origin}/form.js`, `${origin}/form.css`];
      response.end(formHtml({ ...parts, title: "Render settings", scriptUri, styleUri }));
    });
    await new Promise<void>((listening) => server?.listen(0, "127.0.0.1", listening));
    const address = server.address();
    assert.ok(address !== null && typeof address === "object");
    origin = `http://127.0.0.1:${address.port}`;
    browser = await launchChromium();
    await mkdir(pictures, { recursive: true });
  });
  after(async () => {
    await browser?.close();
    server?.closeAllConnections();
    await new Promise<void>((closed) => (server ? server.close(() => closed()) : closed()));
  });
}

export function aState(changes: Partial<FormState> = {}): FormState {
  return {
    facts: someFacts(),
    write: "Write1",
    mode: "render",
    remembered: {},
    farm: { engines: [{ id: "command", label: "Farm command" }], remembered: {}, batchSize: 10 },
    extraArguments: [],
    trusted: true,
    ...changes,
  };
}

export interface OpenOptions {
  readonly state?: FormState;
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  readonly host?: Partial<WireHandlers<FromWebview, FormReplies>>;
}

type Sent = { readonly [Type in FromWebview["type"]]: Extract<FromWebview, { type: Type }> };

/** An open form; the test plays its host. */
export class OpenForm implements AsyncDisposable {
  readonly page: Page;
  readonly received: FromWebview[] = [];
  /** What the page should not have said: policy violations, errors, dropped messages. */
  readonly complaints: string[] = [];
  state: FormState;
  readonly #channel: WireChannel<ToWebview, FromWebview, unknown, FormReplies>;
  #watchers: (() => void)[] = [];

  constructor(page: Page, { state = aState(), host = {} }: OpenOptions) {
    this.page = page;
    this.state = state;
    const nothing = (): void => {};
    const handlers: WireHandlers<FromWebview, FormReplies> = {
      ready: () => this.#channel.send({ type: "state", state: this.state }),
      selected: ({ write, mode }) => void (this.state = { ...this.state, write, mode }),
      remember: nothing,
      "remember-farm": nothing,
      close: nothing,
      render: () => ({ started: true }),
      "submit-farm": () => ({ started: true }),
      "preview-farm": ({ write, farm }) => ({
        argv: ["farm-submit", write, `${farm.first}-${farm.last}`, String(farm.batchSize)],
        problems: [],
        message: null,
      }),
      fix: () => ({ done: true }),
      ...host,
    };
    this.#channel = new WireChannel<ToWebview, FromWebview, unknown, FormReplies>({
      // What VS Code does with a host's message: it arrives as a message event of the window.
      post: (envelope) =>
        void page.evaluate((data) => window.postMessage(data, "*"), envelope).catch(() => undefined),
      incoming: fromWebviewSchema,
      handlers,
      replies: {},
      report: (problem) => this.complaints.push(problem),
    });
  }

  send(message: ToWebview): void {
    if (message.type === "state") this.state = message.state;
    this.#channel.send(message);
  }

  /** What the form posted. */
  take(envelope: unknown): void {
    const body =
      typeof envelope === "object" && envelope !== null && "body" in envelope ? envelope.body : null;
    const read = fromWebviewSchema.safeParse(body);
    if (read.success) this.received.push(read.data);
    this.#channel.receive(envelope);
    for (const watcher of this.#watchers) watcher();
  }

  /** The first message of a type from the form, waiting for it where it has not come yet; `from`: how many to pass over. */
  async message<Type extends FromWebview["type"]>(type: Type, from = 0): Promise<Sent[Type]> {
    const find = (): Sent[Type] | undefined =>
      this.received.filter((one): one is Sent[Type] => one.type === type)[from];
    return await this.#until(`a message "${type}"`, find);
  }

  /** The last message of a type that passes. */
  async messageThat<Type extends FromWebview["type"]>(
    type: Type,
    passes: (message: Sent[Type]) => boolean,
  ): Promise<Sent[Type]> {
    return await this.#until(`a fitting message "${type}"`, () =>
      this.received.filter((one): one is Sent[Type] => one.type === type).findLast(passes),
    );
  }

  #until<T>(what: string, find: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(
        () => finish(() => reject(new Error(`${what} did not come; came: ${JSON.stringify(this.received)}`))),
        10_000,
      );
      const look = (): void => {
        const found = find();
        if (found !== undefined) finish(() => resolve(found));
      };
      const finish = (end: () => void): void => {
        clearTimeout(limit);
        this.#watchers = this.#watchers.filter((one) => one !== look);
        end();
      };
      this.#watchers.push(look);
      look();
    });
  }

  /** The editable part of a text field. */
  input(id: string): ReturnType<Page["locator"]> {
    return this.page.locator(`#${id} input`);
  }

  async type(id: string, text: string): Promise<void> {
    await this.input(id).fill(text);
  }

  /** Takes one of the offers of a drop-down field. */
  async choose(id: string, label: string): Promise<void> {
    await this.page.locator(`#${id}`).click();
    await this.page.locator(`#${id} .option`).filter({ hasText: label }).first().click();
  }

  /** Rows of the table of chunks, cell by cell. */
  async rows(): Promise<string[][]> {
    return await this.page
      .locator("#chunks tbody tr")
      .evaluateAll((rows) =>
        rows.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent?.trim() ?? "")),
      );
  }

  /** Waits until the first match shows the text. */
  async shows(selector: string, text: string | RegExp): Promise<void> {
    const locator = this.page.locator(selector).filter({ hasText: text }).first();
    await locator.waitFor().catch(async () => {
      const there = await this.page.locator(selector).allTextContents();
      assert.fail(`${selector} does not show ${String(text)}, but ${JSON.stringify(there)}`);
    });
  }

  async picture(name: string): Promise<void> {
    await this.page.screenshot({ path: join(pictures, `${name}.png`) });
  }

  /** Closes the page; fails where it complained about anything. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#channel.dispose();
    await this.page.context().close();
    assert.deepEqual(this.complaints, []);
  }
}

export async function openForm(options: OpenOptions = {}): Promise<OpenForm> {
  assert.ok(browser, "withBrowser() has not been called");
  const { theme = "vscode-dark", width = 1100, height = 900 } = options;
  const context = await browser.newContext({
    viewport: { width, height },
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage();
  // A busy machine is no failure.
  page.setDefaultTimeout(120_000);
  const form = new OpenForm(page, options);
  page.on("console", (line) => {
    if (line.type() === "error" || line.type() === "warning") form.complaints.push(line.text());
  });
  page.on("pageerror", (error) => form.complaints.push(error.message));
  await page.exposeFunction("toHost", (envelope: unknown) => form.take(envelope));
  await page.exposeFunction("complain", (text: string) => form.complaints.push(text));
  // The rest of what VS Code puts around a webview. State outlives the page, as it does there.
  await page.addInitScript(
    ({ theme, colors }) => {
      const outer: { toHost?: (envelope: unknown) => void; complain?: (text: string) => void } =
        Object(globalThis);
      document.addEventListener("securitypolicyviolation", (event) =>
        outer.complain?.(`policy: ${event.violatedDirective} ${event.blockedURI}`),
      );
      Object.assign(globalThis, {
        acquireVsCodeApi: () => ({
          postMessage: (envelope: unknown) => outer.toHost?.(envelope),
          getState: () => JSON.parse(sessionStorage.getItem("state") ?? "null") ?? undefined,
          setState: (state: unknown) => sessionStorage.setItem("state", JSON.stringify(state)),
        }),
      });
      document.addEventListener("DOMContentLoaded", () => {
        document.body.className = theme;
        for (const [name, value] of Object.entries(colors))
          document.documentElement.style.setProperty(`--vscode-${name}`, value);
      });
    },
    { theme, colors: themes[theme] },
  );
  await page.goto(`${origin}/`);
  await page.locator("#form > *").first().waitFor();
  // Once it has drawn itself it puts the cursor into its first field; what is typed before that would be lost.
  if (form.state.facts.script.writes.length > 0)
    await page.waitForFunction(() => ["range", "first"].includes(document.activeElement?.id ?? ""));
  return form;
}
