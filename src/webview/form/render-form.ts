import { messageOf } from "../../plan/text/message-of.ts";
import { html, render } from "lit";
import type { PlanFacts } from "../../plan/facts.ts";
import { stoppers } from "../../plan/plan-render.ts";
import type { Problem } from "../../plan/render-plan.ts";
import type { FormMode, FormState } from "../protocol.ts";
import { FarmPreviewer } from "./farm-preview.ts";
import { FormModel } from "./form-model.ts";
import { describeInputs } from "./fields.ts";
import { type FormActions, formView } from "./form-view.ts";
import { type Reading, askedAbout, needsDisk, wrongField } from "./reading.ts";
import { type FormChannel, type Notice, remember, start } from "./to-host.ts";
import { Timers } from "./timers.ts";
import { sideOf } from "./form-side.ts";
import type { SavedDrafts } from "./saved-state.ts";

export interface Surroundings {
  readonly root: HTMLElement;
  readonly channel: FormChannel;
  /** What the form showed before it was hidden. */
  readonly saved: SavedDrafts | null;
  readonly save: (state: SavedDrafts) => void;
}

const REMEMBER_AFTER = 250;
const COPIED_FOR = 1500;

/** The form: what is typed, the plan that comes of it, and what is asked of the host. Draws itself once a frame at most. */
export class RenderForm {
  readonly #root: HTMLElement;
  readonly #channel: FormChannel;
  readonly #model: FormModel;
  readonly #timers = new Timers();
  readonly #preview: FarmPreviewer;
  #selectedChunk = 0;
  #askedForDisk = "";
  #busy = false;
  #copied = false;
  #notice: Notice | null = null;
  #drawing = false;
  #rememberLast: (() => void) | null = null;

  constructor({ root, channel, saved, save }: Surroundings) {
    this.#root = root;
    this.#channel = channel;
    this.#model = new FormModel(saved, save);
    this.#preview = new FarmPreviewer(channel, this.#timers, () => this.draw());
  }

  /** Takes over what the host says; what was typed stays. */
  setState(state: FormState): void {
    const first = this.#model.state === null;
    this.#model.setState(state);
    this.draw();
    if (first) this.#focus(state.mode === "farm" ? "first" : "range");
  }

  setFacts(facts: PlanFacts, trusted: boolean): void {
    const { state } = this.#model;
    if (!state) return;
    this.#model.setFacts(state, facts, trusted);
    this.#preview.expire();
    this.draw();
  }

  /** Says something that belongs to no field. */
  tell(text: string, error: boolean): void {
    this.#notice = { text, error };
    this.draw();
  }

  /** Starts what the primary button says, or shows what has to be put right first. */
  async submit(needed = false): Promise<void> {
    const reading = this.#model.read();
    const { state } = this.#model;
    if (!reading || !state || this.#busy || !state.trusted) return;
    if (this.#showWhatIsWrong(reading)) return;
    this.#timers.stop("remember");
    this.#rememberLast = null;
    this.#busy = true;
    this.tell(reading.away ? "Sending…" : "Starting…", false);
    try {
      this.#notice = await start(this.#channel, reading, state.mode, needed);
    } catch (error) {
      this.#notice = { text: messageOf(error), error: true };
    } finally {
      this.#busy = false;
      this.draw();
    }
  }

  /** Sends what has not been remembered yet; to be called before the page goes away. */
  flush(): void {
    this.#timers.stop("remember");
    this.#rememberLast?.();
    this.#rememberLast = null;
  }

  close(): void {
    this.flush();
    this.#channel.send({ type: "close" });
  }

  /** Draws with the next frame; several changes are drawn at once. */
  draw(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#drawNow();
    });
  }

  #drawNow(): void {
    const { state } = this.#model;
    const reading = this.#model.read();
    if (!state) return;
    if (!reading) {
      render(
        html`<p class="nothing">This script has no Write node, so there is nothing to render.</p>`,
        this.#root,
      );
      return;
    }
    const { write, away, plan } = reading;
    const { facts, mode, trusted } = state;
    this.#selectedChunk = Math.min(this.#selectedChunk, Math.max(0, plan.chunks.length - 1));
    if (away) this.#preview.ask(reading);
    this.#askForDisk(reading);
    render(
      formView({
        mode,
        scriptPath: facts.script.path,
        write,
        writes: this.#model.writes,
        side: sideOf(reading, state, this.#model, (apply) => this.#change(apply)),
        plan,
        away,
        preview: this.#preview.shown,
        selectedChunk: this.#selectedChunk,
        copied: this.#copied,
        busy: this.#busy,
        trusted,
        notice: this.#notice,
        actions: this.#actions,
      }),
      this.#root,
    );
    describeInputs(this.#root);
  }

  readonly #actions: FormActions = {
    selectWrite: (name) => this.#select(name, this.#model.state?.mode ?? "render"),
    selectChunk: (index) => {
      this.#selectedChunk = index;
      this.draw();
    },
    setMode: (mode) => {
      if (this.#model.state) this.#select(this.#model.state.write, mode);
      this.#focus(mode === "farm" ? "first" : "range");
    },
    copy: (text) => void this.#copy(text),
    fix: (problem) => void this.#fix(problem),
    submit: () => void this.submit(),
    reset: () => {
      const reading = this.#model.read();
      const { state } = this.#model;
      if (!reading || !state) return;
      this.#change(() => this.#model.reset(reading, state));
    },
    close: () => this.close(),
  };

  #select(write: string, mode: FormMode): void {
    const { state } = this.#model;
    if (!state) return;
    this.flush();
    this.#model.select(state, write, mode);
    this.#selectedChunk = 0;
    this.#preview.clear();
    this.#notice = null;
    this.#tellSelected();
    this.draw();
  }

  /** Has the host look at what is on disk, once for each Write and choice of frames. */
  #askForDisk(reading: Reading): void {
    const { state } = this.#model;
    if (!state || !needsDisk(reading, state.facts)) return;
    const { write, draft } = reading;
    const asked = `${draft.only} ${draft.overwrite} ${write.name}`;
    if (asked === this.#askedForDisk) return;
    this.#askedForDisk = asked;
    this.#tellSelected();
  }

  #tellSelected(): void {
    const { state } = this.#model;
    if (!state) return;
    const { write, mode } = state;
    const { only = "all", overwrite } = this.#model.read()?.read.options ?? {};
    this.#channel.send({ type: "selected", write, mode, only, overwrite });
  }

  /** A field has changed: keeps it over hiding, and has it remembered once it can be used. */
  #change(apply: () => void): void {
    apply();
    this.#notice = null;
    this.#model.keep();
    const reading = this.#model.read();
    const { state } = this.#model;
    if (reading && state) {
      this.#rememberLast = () => remember(this.#channel, reading, state.mode);
      this.#timers.set("remember", REMEMBER_AFTER, () => this.flush());
    }
    this.draw();
  }

  /** Goes to the first field that is wrong, else to the problems that cannot be asked away. True when there was one. */
  #showWhatIsWrong(reading: Reading): boolean {
    const field = wrongField(reading);
    if (field !== null) {
      this.#focus(field);
      return true;
    }
    const problems = reading.away ? (this.#preview.shown?.problems ?? []) : reading.plan.problems;
    const [worst] = stoppers({ problems }, askedAbout);
    if (worst === undefined) return false;
    this.tell(worst.message, true);
    this.#focus("problems");
    return true;
  }

  async #fix(problem: Problem): Promise<void> {
    if (problem.fix === "render-needed") return await this.submit(true);
    if (problem.fix === "only-missing") return this.#leaveOut();
    this.#busy = true;
    this.draw();
    try {
      await this.#channel.request({ type: "fix", problem }, null);
      this.#notice = null;
    } catch (error) {
      this.#notice = { text: messageOf(error), error: true };
    } finally {
      this.#busy = false;
      this.draw();
    }
  }

  /** Frames that are on disk stay as they are. */
  #leaveOut(): void {
    const reading = this.#model.read();
    if (!reading) return;
    this.#change(() => this.#model.leaveOut(reading));
    this.#tellSelected();
  }

  async #copy(text: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.#copied = true;
      this.#timers.set("copied", COPIED_FOR, () => {
        this.#copied = false;
        this.draw();
      });
    } catch (error) {
      this.#notice = {
        text: `Copying was refused (${messageOf(error)}). Select the text and copy it by hand.`,
        error: true,
      };
    }
    this.draw();
  }

  /** After the next frame, when the element is there. */
  #focus(id: string): void {
    this.draw();
    requestAnimationFrame(() => {
      const element = document.getElementById(id);
      element?.closest("details")?.setAttribute("open", "");
      element?.focus();
    });
  }
}
