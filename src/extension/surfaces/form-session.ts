import { messageOf } from "../../plan/text/message-of.ts";
import { type Disposable, type TextDocument, type Uri, workspace } from "vscode";
import { DEFAULT_BATCH_SIZE } from "../../farm/farm-job.ts";
import type { PlanFacts } from "../../plan/facts.ts";
import type { Problem } from "../../plan/render-plan.ts";
import type { RenderOptions } from "../../plan/request.ts";
import { DiskLooks } from "../../facts/disk-looks.ts";
import { createFolder } from "../../facts/output-folders.ts";
import {
  type FormMode,
  type FormReplies,
  type FormState,
  type FromWebview,
  type SavedForm,
  type ToWebview,
  fromWebviewSchema,
} from "../../webview/protocol.ts";
import { WireChannel } from "../../webview/wire-channel.ts";
import { Disposables } from "../disposables.ts";
import type { FarmActions } from "../render/farm-actions.ts";
import type { RememberedOptions } from "../render/remembered.ts";
import type { Renders } from "../render/renders.ts";
import type { ScriptReader } from "../script-reader.ts";
import type { RenderOutput } from "./output.ts";
import { readSettings } from "../settings.ts";
import { chooseNuke } from "../render/choose-nuke.ts";
import { factsFor } from "../render/collect-facts.ts";
import { showInformationMessage } from "../notify.ts";
import type { RenderActions } from "../render/render-actions.ts";
import { NotTrustedError } from "../render/start-wishes.ts";

/** The host asks the form nothing. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type
type NoReplies = Record<never, never>;

/** What a form uses of the rest of the extension. */
export interface FormDeps {
  readonly extensionUri: Uri;
  readonly scripts: ScriptReader;
  readonly remembered: RememberedOptions;
  readonly actions: RenderActions;
  readonly farm: FarmActions;
  readonly output: RenderOutput;
  readonly renders: Renders;
}

/** For so long, what was seen on disk is taken to be there still. */
const LOOK_AGAIN_MS = 5000;

/** How a session reaches its panel. */
export interface FormPanel {
  post(envelope: unknown): unknown;
  title(title: string): void;
  close(): void;
}

/** The host's end of one form: answers it, and tells it when the script, the folders or the memory change. */
export class FormSession implements Disposable {
  readonly #deps: FormDeps;
  readonly #document: TextDocument;
  readonly #panel: FormPanel;
  readonly #channel: WireChannel<ToWebview, FromWebview, NoReplies, FormReplies>;
  readonly #held = new Disposables();
  #write: string;
  #mode: FormMode;
  /** Which frames the form asks for: where that matters, the disk is looked at as long as it takes. */
  #frames: Pick<RenderOptions, "only" | "overwrite"> = {};
  #demo = false;
  /** The script may change with every key, and what is on disk does not. */
  readonly #looks = new DiskLooks(LOOK_AGAIN_MS);
  #changes = 0;

  constructor(deps: FormDeps, document: TextDocument, { write, mode }: SavedForm, panel: FormPanel) {
    [this.#deps, this.#document, this.#panel] = [deps, document, panel];
    [this.#write, this.#mode] = [write, mode];
    this.#title();
    this.#channel = new WireChannel({
      post: (envelope) => panel.post(envelope),
      incoming: fromWebviewSchema,
      replies: {},
      report: (problem) => deps.output.line(`Render settings: ${problem}`),
      handlers: {
        ready: () => this.#sendState(),
        selected: (message) => {
          [this.#write, this.#mode] = [message.write, message.mode];
          this.#frames = { only: message.only, overwrite: message.overwrite };
          this.#title();
          void this.#sendFacts();
        },
        remember: ({ write, options }) => deps.remembered.set(this.#path, write, options),
        "remember-farm": ({ write, farm }) => deps.remembered.setFarm(this.#path, write, farm),
        close: () => panel.close(),
        render: ({ write, options, needed }) => this.#render(write, options, needed),
        "preview-farm": ({ write, farm }) => deps.farm.preview(document, write, farm),
        "submit-farm": async ({ write, farm }) => {
          await deps.remembered.setFarm(this.#path, write, farm);
          if (farm.localRender)
            return await this.#start(write, deps.farm.localOptions(document, write, farm), false);
          return { started: await deps.farm.submit(document, write, farm) };
        },
        fix: async ({ problem }) => ({ done: await this.#fix(problem) }),
      },
    });
    const changed = (): void => void this.#sendFacts();
    this.#held.add(workspace.onDidChangeTextDocument((event) => event.document === document && changed()));
    this.#held.add(workspace.onDidSaveTextDocument((saved) => saved === document && changed()));
    this.#held.add(workspace.onDidGrantWorkspaceTrust(changed));
    this.#held.add(
      workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("nukeRender") && changed()),
    );
    this.#held.add(
      deps.renders.onEvent(({ type }) => {
        if (type !== "queued" && type !== "finished") return;
        this.#looks.forget();
        changed();
      }),
    );
  }

  receive(data: unknown): void {
    this.#channel.receive(data);
  }

  async select(write: string, mode: FormMode): Promise<void> {
    [this.#write, this.#mode] = [write, mode];
    this.#title();
    await this.#sendState();
  }

  dispose(): void {
    this.#channel.dispose();
    this.#held.dispose();
  }

  get #path(): string {
    return this.#document.uri.fsPath;
  }

  #title(): void {
    this.#panel.title(`${this.#mode === "farm" ? "Farm" : "Render"}: ${this.#write}`);
  }

  async #sendState(): Promise<void> {
    this.#channel.send({ type: "state", state: await this.#state() });
  }

  /** The newest change wins: an older one that took longer to look up is not sent. */
  async #sendFacts(): Promise<void> {
    const change = ++this.#changes;
    try {
      const facts = await this.#facts();
      if (change === this.#changes)
        this.#channel.send({ type: "facts", facts, trusted: workspace.isTrusted });
    } catch (error) {
      this.#channel.send({ type: "error", message: messageOf(error) });
    }
  }

  #facts(): Promise<PlanFacts> {
    const { only, overwrite } = this.#frames;
    const asked = { write: this.#write, only, overwrite, looks: this.#looks };
    return factsFor(this.#document, this.#deps.scripts, { demo: this.#demo || undefined, asked });
  }

  async #state(): Promise<FormState> {
    const { remembered, farm } = this.#deps;
    const settings = readSettings(this.#document.uri);
    const facts = await this.#facts();
    const names = facts.script.writes.map((write) => write.name);
    return {
      facts,
      write: this.#write,
      mode: this.#mode,
      remembered: Object.fromEntries(names.map((name) => [name, remembered.get(this.#path, name, settings)])),
      farm: {
        engines: farm.engines(this.#document.uri).map(({ id, label }) => ({ id, label })),
        remembered: Object.fromEntries(
          names.flatMap((name) => {
            const kept = remembered.getFarm(this.#path, name);
            return kept === undefined ? [] : [[name, kept]];
          }),
        ),
        batchSize: DEFAULT_BATCH_SIZE,
      },
      extraArguments: settings["nuke.extraArguments"],
      trusted: workspace.isTrusted,
    };
  }

  /** Answers as soon as the render is queued; its end is told by notification and lens. */
  async #render(write: string, options: RenderOptions, needed: boolean): Promise<{ started: boolean }> {
    await this.#deps.remembered.set(this.#path, write, options);
    return await this.#start(write, options, needed);
  }

  /** The farm side has its own settings: they do not become those of the next local render. */
  async #start(write: string, options: RenderOptions, needed: boolean): Promise<{ started: boolean }> {
    const { uri } = this.#document;
    const started = await this.#deps.actions.start(uri, write, options, { demo: this.#demo, needed });
    if (started.kind === "nothing") void showInformationMessage(`✓ ${started.message}`);
    if (started.kind !== "started") return { started: false };
    void this.#deps.actions.followAll(started.jobs, uri);
    return { started: true };
  }

  async #fix(problem: Problem): Promise<boolean> {
    let done = false;
    if (problem.fix === "create-folder" && problem.path !== undefined) {
      await createFolder(problem.path);
      done = true;
    }
    if (problem.fix === "save-script") done = await this.#document.save();
    if (problem.fix === "choose-nuke") {
      if (!workspace.isTrusted) throw new NotTrustedError();
      const { script } = await this.#facts();
      done = await chooseNuke({ scriptVersion: script.version, scope: this.#document.uri });
      if (done) this.#demo = false;
    }
    if (problem.fix === "use-demo-renderer") {
      this.#demo = true;
      done = true;
    }
    if (done) await this.#sendFacts();
    return done;
  }
}
