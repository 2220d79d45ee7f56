/** What the form shows: what the host has said, and what was typed since. */
import type { PlanFacts } from "../../plan/facts.ts";
import type { FormMode, FormState } from "../protocol.ts";
import { type RenderDraft, emptyDraft } from "./draft.ts";
import { type FarmDraft, farmDraftOf } from "./farm-draft.ts";
import type { Option } from "./fields.ts";
import { type Reading, readForm } from "./reading.ts";
import { type SavedDrafts, savedDrafts } from "./saved-state.ts";

export class FormModel {
  readonly #saved: SavedDrafts | null;
  readonly #save: (state: SavedDrafts) => void;
  #state: FormState | null = null;
  #drafts = new Map<string, RenderDraft>();
  #farmDrafts = new Map<string, FarmDraft>();
  // Lists that elements compare by identity.
  #writes: Option[] = [];
  #engines: Option[] = [];

  /** @param saved what the form showed before it was hidden. */
  constructor(saved: SavedDrafts | null, save: (state: SavedDrafts) => void) {
    this.#saved = saved;
    this.#save = save;
  }

  /** Null before the host has said anything. */
  get state(): FormState | null {
    return this.#state;
  }

  get writes(): Option[] {
    return this.#writes;
  }

  get engines(): Option[] {
    return this.#engines;
  }

  /** Takes over what the host says; what was typed stays, as long as it is the same script. */
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
  }

  setFacts(state: FormState, facts: PlanFacts, trusted: boolean): void {
    this.#state = { ...state, facts, trusted };
    this.#takeFacts(facts);
  }

  select(state: FormState, write: string, mode: FormMode): void {
    this.#state = { ...state, write, mode };
    this.keep();
  }

  /** Null where there is nothing to render. */
  read(): Reading | null {
    return this.#state && readForm(this.#state, this.#drafts, this.#farmDrafts);
  }

  /** Fields of the render's side were changed. */
  change({ write: { name }, draft }: Reading, next: RenderDraft): void {
    this.#drafts.set(name, merged(this.#drafts.get(name) ?? draft, draft, next));
  }

  /** Fields of the farm's side were changed. */
  changeFarm({ write: { name }, farmDraft }: Reading, next: FarmDraft): void {
    this.#farmDrafts.set(name, merged(this.#farmDrafts.get(name) ?? farmDraft, farmDraft, next));
  }

  /** Frames that are on disk stay as they are. */
  leaveOut({ write, draft }: Reading): void {
    this.#drafts.set(write.name, { ...draft, only: "missing" });
  }

  /** The fields are again as they were before anything was typed. */
  reset({ write: { name } }: Reading, { mode, facts, farm }: FormState): void {
    if (mode === "render") this.#drafts.set(name, emptyDraft);
    else this.#farmDrafts.set(name, farmDraftOf(undefined, facts.script, farm));
  }

  /** Keeps what was typed for the time the form is hidden. */
  keep(): void {
    if (this.#state) this.#save(savedDrafts(this.#state, this.#drafts, this.#farmDrafts));
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
}

/** What a field changed since the form was drawn, on top of what others have changed since then: a busy machine draws late. */
function merged<Draft extends object>(latest: Draft, drawn: Draft, next: Draft): Draft {
  const changed = Object.entries(next).filter(([key, value]) => value !== Reflect.get(drawn, key));
  return Object.assign({ ...latest }, Object.fromEntries(changed));
}
