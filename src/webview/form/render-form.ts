import { html, render } from "lit";
import type { PlanFacts } from "../../plan/facts.ts";
import { stoppers } from "../../plan/plan-render.ts";
import type { Problem } from "../../plan/render-plan.ts";
import type { FarmPreview, FormMode, FormReplies, FormState, FromWebview, ToWebview } from "../protocol.ts";
import type { WireChannel } from "../wire-channel.ts";
import { type RenderDraft, emptyDraft } from "./draft.ts";
import { type FarmDraft, farmDraftOf } from "./farm-draft.ts";
import { farmSide } from "./farm-side.ts";
import { type Option, describeInputs } from "./fields.ts";
import { type FormActions, formView } from "./form-view.ts";
import {
  type Reading,
  askedAbout,
  isRangeWrong,
  needsDisk,
  rangeCodes,
  readForm,
  wrongField,
} from "./reading.ts";
import { merged } from "./merge-draft.ts";
import { nothingNotice } from "./summary.ts";
import { Timers } from "./timers.ts";
import { renderSide } from "./render-side.ts";
import { type SavedDrafts, savedDrafts } from "./saved-state.ts";

export type FormChannel = WireChannel<FromWebview, ToWebview, FormReplies, unknown>;

export interface Surroundings {
  readonly root: HTMLElement;
  readonly channel: FormChannel;
  /** What the form showed before it was hidden. */
  readonly saved: SavedDrafts | null;
  readonly save: (state: SavedDrafts) => void;
}

const REMEMBER_AFTER = 250;
const PREVIEW_AFTER = 100;
const PREVIEW_LIMIT = 10_000;
const COPIED_FOR = 1500;

/** The form: what is typed, the plan that comes of it, and what is asked of the host. Draws itself once a frame at most. */
export class RenderForm {
  readonly #root: HTMLElement;
  readonly #channel: FormChannel;
  readonly #save: (state: SavedDrafts) => void;
  readonly #saved: SavedDrafts | null;
  #state: FormState | null = null;
  #drafts = new Map<string, RenderDraft>();
  #farmDrafts = new Map<string, FarmDraft>();
  #selectedChunk = 0;
  #preview: FarmPreview | null = null;
  #previewOf = "";
  #askedForDisk = "";
  #busy = false;
  #copied = false;
  #notice: { text: string; error: boolean } | null = null;
  #drawing = false;
  readonly #timers = new Timers();
  #rememberLast: (() => void) | null = null;
  // Lists that elements compare by identity.
  #writes: Option[] = [];
  #engines: Option[] = [];

  constructor({ root, channel, saved, save }: Surroundings) {
    this.#root = root;
    this.#channel = channel;
    this.#saved = saved;
    this.#save = save;
  }

  /** Takes over what the host says; what was typed stays. */
  setState(state: FormState): void {
    const first = this.#state === null;
    const sameScript = (this.#state?.facts.script.path ?? this.#saved?.script) === state.facts.script.path;
    if (!sameScript) {
      this.#drafts.clear();
      this.#farmDrafts.clear();
    } else if (first && this.#saved) {
      this.#drafts = new Map(Object.entries(this.#saved.drafts));
      this.#farmDrafts = new Map(Object.entries(this.#saved.farmDrafts));
    }
    this.#state = state;
    this.#engines = state.farm.engines.map(({ id, label }) => ({ value: id, label }));
    this.#takeFacts(state.facts);
    this.draw();
    if (first) this.#focus(state.mode === "farm" ? "first" : "range");
  }

  setFacts(facts: PlanFacts, trusted: boolean): void {
    if (!this.#state) return;
    this.#state = { ...this.#state, facts, trusted };
    this.#takeFacts(facts);
    this.#previewOf = "";
    this.draw();
  }

  /** Says something that belongs to no field. */
  tell(text: string, error: boolean): void {
    this.#notice = { text, error };
    this.draw();
  }

  /** Starts what the primary button says, or shows what has to be put right first. */
  async submit(needed = false): Promise<void> {
    const reading = this.#read();
    const state = this.#state;
    if (!reading || !state || this.#busy || !state.trusted) return;
    if (this.#showWhatIsWrong(reading)) return;
    const { write, away, readFarm, read } = reading;
    this.#timers.stop("remember");
    this.#rememberLast = null;
    this.#busy = true;
    this.tell(away ? "Sending…" : "Starting…", false);
    try {
      const { started } =
        state.mode === "farm" && readFarm.farm
          ? await this.#channel.request({ type: "submit-farm", write: write.name, farm: readFarm.farm }, null)
          : await this.#channel.request(
              { type: "render", write: write.name, options: read.options, needed },
              null,
            );
      this.#notice = started
        ? { text: away ? "Sent to the farm." : "The render has started.", error: false }
        : nothingNotice(reading.plan);
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
    const state = this.#state;
    const reading = this.#read();
    if (!state) return;
    if (!reading) {
      render(
        html`<p class="nothing">This script has no Write node, so there is nothing to render.</p>`,
        this.#root,
      );
      return;
    }
    const { write, draft, read, farmDraft, readFarm, away, plan } = reading;
    const { facts, mode, farm, trusted } = state;
    this.#selectedChunk = Math.min(this.#selectedChunk, Math.max(0, plan.chunks.length - 1));
    if (away) this.#askPreview(reading);
    this.#askForDisk(reading);
    const side =
      mode === "render"
        ? renderSide({
            script: facts.script,
            write,
            draft,
            errors: read.errors,
            plan,
            cores: facts.machine.cores,
            change: (next) =>
              this.#change(() =>
                this.#drafts.set(write.name, merged(this.#drafts.get(write.name) ?? draft, draft, next)),
              ),
          })
        : farmSide({
            script: facts.script,
            farm,
            engines: this.#engines,
            draft: farmDraft,
            errors: readFarm.errors,
            plan,
            shared: read.options,
            rangeNote: plan.problems.find(({ code }) => rangeCodes.has(code))?.message,
            change: (next) =>
              this.#change(() =>
                this.#farmDrafts.set(
                  write.name,
                  merged(this.#farmDrafts.get(write.name) ?? farmDraft, farmDraft, next),
                ),
              ),
          });
    render(
      formView({
        mode,
        scriptPath: facts.script.path,
        write,
        writes: this.#writes,
        side,
        plan,
        away,
        preview: this.#preview,
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
    selectWrite: (name) => this.#select(name, this.#state?.mode ?? "render"),
    selectChunk: (index) => {
      this.#selectedChunk = index;
      this.draw();
    },
    setMode: (mode) => {
      if (this.#state) this.#select(this.#state.write, mode);
      this.#focus(mode === "farm" ? "first" : "range");
    },
    copy: (text) => void this.#copy(text),
    fix: (problem) => void this.#fix(problem),
    submit: () => void this.submit(),
    reset: () => {
      const reading = this.#read();
      const state = this.#state;
      if (!reading || !state) return;
      const { name } = reading.write;
      this.#change(() => {
        if (state.mode === "render") this.#drafts.set(name, emptyDraft);
        else this.#farmDrafts.set(name, farmDraftOf(undefined, state.facts.script, state.farm));
      });
    },
    close: () => this.close(),
  };

  #select(write: string, mode: FormMode): void {
    if (!this.#state) return;
    this.flush();
    this.#state = { ...this.#state, write, mode };
    this.#selectedChunk = 0;
    this.#preview = null;
    this.#previewOf = "";
    this.#notice = null;
    this.#keep();
    this.#tellSelected();
    this.draw();
  }

  /** Has the host look at what is on disk, once for each Write and choice of frames. */
  #askForDisk(reading: Reading): void {
    if (!this.#state || !needsDisk(reading, this.#state.facts)) return;
    const { write, draft } = reading;
    const asked = `${draft.only} ${draft.overwrite} ${write.name}`;
    if (asked === this.#askedForDisk) return;
    this.#askedForDisk = asked;
    this.#tellSelected();
  }

  #tellSelected(): void {
    if (!this.#state) return;
    const { write, mode } = this.#state;
    const { only = "all", overwrite } = this.#read()?.read.options ?? {};
    this.#channel.send({ type: "selected", write, mode, only, overwrite });
  }

  /** A field has changed: keeps it over hiding, and has it remembered once it can be used. */
  #change(apply: () => void): void {
    apply();
    this.#notice = null;
    this.#keep();
    const reading = this.#read();
    const state = this.#state;
    if (reading && state) {
      this.#rememberLast = () => this.#remember(reading, state.mode);
      this.#timers.set("remember", REMEMBER_AFTER, () => this.flush());
    }
    this.draw();
  }

  #remember({ write, read, readFarm, plan }: Reading, mode: FormMode): void {
    if (mode === "farm") {
      if (readFarm.farm)
        this.#channel.send({ type: "remember-farm", write: write.name, farm: readFarm.farm });
    } else if (Object.keys(read.errors).length === 0 && !isRangeWrong(plan)) {
      this.#channel.send({ type: "remember", write: write.name, options: read.options });
    }
  }

  #read(): Reading | null {
    return this.#state && readForm(this.#state, this.#drafts, this.#farmDrafts);
  }

  /** Goes to the first field that is wrong, else to the problems that cannot be asked away. True when there was one. */
  #showWhatIsWrong(reading: Reading): boolean {
    const field = wrongField(reading);
    if (field !== null) {
      this.#focus(field);
      return true;
    }
    const problems = reading.away ? (this.#preview?.problems ?? []) : reading.plan.problems;
    const [worst] = stoppers({ problems }, askedAbout);
    if (worst === undefined) return false;
    this.tell(worst.message, true);
    this.#focus("problems");
    return true;
  }

  /** Asks what the farm's engine would run; of several questions only the last one's answer is shown. */
  #askPreview({ write, readFarm }: Reading): void {
    const { farm } = readFarm;
    if (!farm) {
      this.#preview = { argv: null, problems: [], message: "Correct the fields to see what will be run." };
      this.#previewOf = "";
      this.#timers.stop("preview");
      return;
    }
    const question = JSON.stringify([write.name, farm]);
    if (question === this.#previewOf) return;
    this.#previewOf = question;
    this.#timers.set("preview", PREVIEW_AFTER, () => {
      void this.#channel
        .request({ type: "preview-farm", write: write.name, farm }, PREVIEW_LIMIT)
        .catch((error: unknown): FarmPreview => ({ argv: null, problems: [], message: messageOf(error) }))
        .then((preview) => {
          if (question !== this.#previewOf) return;
          this.#preview = preview;
          this.draw();
        });
    });
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
    const reading = this.#read();
    if (!reading) return;
    const { write, draft } = reading;
    this.#change(() => this.#drafts.set(write.name, { ...draft, only: "missing" }));
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

  #takeFacts({ script }: PlanFacts): void {
    const state = this.#state;
    const [first] = script.writes;
    if (state && first && !script.writes.some((write) => write.name === state.write))
      this.#state = { ...state, write: first.name };
    this.#writes = script.writes.map(({ name, file, disabled }) => ({
      value: name,
      label: disabled ? `${name} (disabled)` : name,
      description: file,
    }));
  }

  #keep(): void {
    if (this.#state) this.#save(savedDrafts(this.#state, this.#drafts, this.#farmDrafts));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
