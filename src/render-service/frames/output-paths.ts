/** Where the files of a render are, as the file system sees it: through links, and through case where names differ in nothing else. */
import type { Dirent } from "node:fs";
import { lstat, opendir, realpath } from "node:fs/promises";
import { basename, dirname, join, parse, resolve, sep } from "node:path";
import type { RenderJob } from "../../plan/job/job.ts";
import { framesOf } from "../../plan/frames/frames.ts";
import type { OutputClaim } from "../../plan/output/output-claims.ts";
import { hasFrameToken, nameParts, namesOfViews, spelled } from "../../plan/output/output-pattern.ts";
import { withTimeLimit } from "../process/time-limit.ts";

/** What is asked of the file system; another one in tests. */
export interface PathFacts {
  readonly realpath: (path: string) => Promise<string>;
  /** Whether names in an existing folder differ by more than their case. */
  readonly isCaseSensitive: (folder: string) => Promise<boolean>;
}

/** A file name with its frame number as a token. */
export interface OutputProbe {
  /** As people wrote it. */
  readonly file: string;
  /** The folder the files are in; the one above where that has a frame number in its name. */
  readonly folder: string;
  /** The rest, below `folder`. */
  readonly name: string;
}

/** What a render writes. */
export interface RenderOutput {
  readonly claim: OutputClaim;
  readonly places: readonly OutputProbe[];
}

/** A share that does not answer, ms, is taken at its word. */
const ANSWER_MS = 5000;
/** No one renders more views. */
const MOST_VIEWS = 256;

/** What a job writes, links and case resolved. Never fails: what cannot be looked at is taken as it is written. */
export async function outputOf(
  { plan, source }: Pick<RenderJob, "plan" | "source">,
  facts: PathFacts = systemFacts,
): Promise<RenderOutput> {
  const { outputFile, cwd } = plan;
  const views = (plan.views ?? []).slice(0, MOST_VIEWS);
  const places = (outputFile === null ? [] : namesOfViews(outputFile, views)).map((name) =>
    placeOf(resolve(cwd, name)),
  );
  const resolved = Promise.all([
    identity(resolve(cwd, source ?? plan.script), facts),
    ...places.map((place) => identityOfPlace(place, facts)),
  ]);
  const written = [source ?? plan.script, ...places.map(({ file }) => file)];
  const [script = plan.script, ...names] = await withTimeLimit(resolved, ANSWER_MS, () => written);
  const claim: OutputClaim = {
    names,
    // Hundreds of jobs may wait, each with its frames: they are kept as text.
    get frames() {
      return framesOf(plan.frames);
    },
    files: plan.movie ? "one" : plan.renumbered === true ? "shifted" : "each",
    owner: `${script}\n${plan.write}`,
  };
  return { claim, places };
}

/** The name all spellings of a place have in common: `a.#.exr`. */
export function commonName({ name }: OutputProbe): string {
  return spelled(nameParts(name), { width: false });
}

function placeOf(file: string): OutputProbe {
  const { root } = parse(file);
  const steps = file.slice(root.length).split(sep);
  const last = steps.length - 1;
  const at = steps.findIndex((step, index) => index === last || hasFrameToken(step));
  return { file, folder: join(root, ...steps.slice(0, at)), name: steps.slice(at).join(sep) };
}

async function identityOfPlace({ file, folder, name }: OutputProbe, facts: PathFacts): Promise<string> {
  // The one file of a movie may be a link itself.
  if (!hasFrameToken(name)) return identity(file, facts);
  const { path, sensitive } = await realFolder(folder, facts);
  return folded(join(path, name), sensitive);
}

async function identity(file: string, facts: PathFacts): Promise<string> {
  const real = await facts.realpath(file).catch(() => null);
  const { path, sensitive } = await realFolder(dirname(real ?? file), facts);
  return folded(join(path, basename(real ?? file)), sensitive);
}

/** Through the deepest folder that exists; what is not there yet is no link. */
async function realFolder(folder: string, facts: PathFacts): Promise<{ path: string; sensitive: boolean }> {
  const missing: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    const real = await facts.realpath(at).catch(() => null);
    if (real !== null)
      return { path: join(real, ...missing), sensitive: await facts.isCaseSensitive(real).catch(() => true) };
    if (dirname(at) === at) return { path: folder, sensitive: true };
    missing.unshift(basename(at));
  }
}

/** Systems that take names of different case for the same do so with accents, too, however they are composed. */
function folded(path: string, sensitive: boolean): string {
  return sensitive ? path : path.normalize("NFC").toLowerCase();
}

/** Entries of a folder that are tried before its own name is. */
const MOST_TRIED = 20;

/** Looks whether a name with its case turned around is the same file: the system's name tells nothing of a disk. */
async function isCaseSensitive(folder: string): Promise<boolean> {
  const entries = await opendir(folder);
  let tried = 0;
  for await (const { name } of entries as AsyncIterable<Dirent>) {
    const answer = await tellsApart(folder, name);
    if (answer !== null) return answer;
    if (++tried >= MOST_TRIED) break;
  }
  const own = await tellsApart(dirname(folder), basename(folder));
  return own ?? !["win32", "darwin"].includes(process.platform);
}

/** Null: this name cannot tell. */
async function tellsApart(folder: string, name: string): Promise<boolean | null> {
  const turned = turnCase(name);
  if (turned === name) return null;
  const [one, other] = await Promise.all(
    [name, turned].map((each) => lstat(join(folder, each), { bigint: true }).catch(() => null)),
  );
  if (!one) return null;
  return !other || one.ino !== other.ino || one.dev !== other.dev;
}

/** Of plain letters only: others have no other case in some systems. */
function turnCase(name: string): string {
  return name.replaceAll(/[A-Za-z]/gu, (letter) =>
    letter >= "a" ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

const systemFacts: PathFacts = { realpath, isCaseSensitive };
