/** Nuke's command line, as described in nuke-cli.md 1.1 to 1.5. */

export interface NukeArguments {
  /** Raw values of `-F`, or of a trailing range if there is no `-F`. */
  readonly ranges: readonly string[];
  /** Names after `-X`. */
  readonly nodes: readonly string[];
  readonly execute: boolean;
  readonly terminal: boolean;
  readonly script: string | null;
  /** `[argv 0]` and so on. */
  readonly argv: readonly string[];
  readonly threads: number | null;
  readonly cache: string | null;
  readonly verbosity: number;
  readonly continueOnError: boolean;
  readonly views: readonly string[];
  readonly proxy: "script" | "proxy" | "full";
  readonly version: boolean;
  readonly help: boolean;
  readonly quiet: boolean;
}

/** A switch that Nuke does not have, or that lacks its value. */
export class ArgumentError extends Error {
  readonly reason = "argument";
}

const valued = new Set([
  "-F",
  "-X",
  "-m",
  "-c",
  "-s",
  "-Pf",
  "--Pf",
  "--view",
  "-view",
  "--priority",
  "--remap",
  "-remap",
  "--crashhandling",
  "--var",
  "--frameserver-loglevel",
  "-d",
  "-P",
]);
const plain = new Set(
  "-x -t -i -f -p -q -a -l -n -v -b -g -h -help --help -version --version --cont --sro --tg --nukex --studio --nukeassist --hiero --player --nc --indie --usehierolicense --gpulist --multigpu --topdown --classic_rendering --rendertonull --nocrashprompt --safe --pause --disable-nuke-frameserver --python-no-root-knobdefaults --workspace".split(
    " ",
  ),
);
/** Letters that may be combined after one dash; `m` takes the next word. */
const bundled = /^-[xtifpqalnvV]+m?$/u;

/** What the switches say. */
type Switches = {
  -readonly [Key in Exclude<keyof NukeArguments, "script" | "argv" | ListKey>]: NukeArguments[Key];
} & {
  readonly [Key in ListKey]: string[];
};
type ListKey = "ranges" | "nodes" | "views";

function setFlag(found: Switches, name: string): void {
  if (name === "-x") found.execute = true;
  if (name === "-t" || name === "--tg") found.terminal = true;
  if (name === "-p") found.proxy = "proxy";
  if (name === "-f") found.proxy = "full";
  if (name === "-q") found.quiet = true;
  if (name === "-V") found.verbosity = 1;
  if (name === "--cont") found.continueOnError = true;
  if (name === "--version" || name === "-version") found.version = true;
  if (["-h", "-help", "--help"].includes(name)) found.help = true;
}

function setValue(found: Switches, name: string, text: string): void {
  if (name === "-F") found.ranges.push(text);
  if (name === "-X") {
    found.nodes.push(...text.split(",").filter((node) => node !== ""));
    found.execute = true;
  }
  if (name === "-m") found.threads = Number.parseInt(text, 10);
  if (name === "-c") found.cache = text;
  if (name === "--view" || name === "-view")
    found.views.push(...text.split(",").filter((view) => view !== ""));
}

/** @throws {ArgumentError} */
export function parseArguments(words: readonly string[]): NukeArguments {
  const found: Switches = {
    ranges: [],
    nodes: [],
    execute: false,
    terminal: false,
    threads: null,
    cache: null,
    verbosity: 0,
    continueOnError: false,
    views: [],
    proxy: "script",
    version: false,
    help: false,
    quiet: false,
  };
  let at = 0;
  while (at < words.length) {
    const word = words[at] ?? "";
    if (word === "--") {
      at++;
      break;
    }
    if (!word.startsWith("-") || word === "-") break;
    at++;
    const next = words[at];
    if (word === "-V") {
      // The level is optional.
      found.verbosity = next !== undefined && /^[0-2]$/u.test(next) ? Number(words[at++]) : 1;
    } else if (word === "--gpu") {
      if (next !== undefined && /^\d+(?:,\d+)*$/u.test(next)) at++;
    } else if (valued.has(word)) {
      if (next === undefined) throw new ArgumentError(`${word} needs a value`);
      setValue(found, word, next);
      at++;
    } else if (plain.has(word)) {
      setFlag(found, word);
    } else if (bundled.test(word)) {
      for (const letter of word.slice(1)) {
        if (letter === "m") setValue(found, "-m", words[at++] ?? "");
        else setFlag(found, `-${letter}`);
      }
    } else {
      throw new ArgumentError(`Unknown switch: ${word}`);
    }
  }
  const [script, ...rest] = words.slice(at);
  const argv = [...rest];
  // The old form of a range: the last words, and only without -F.
  const trailing: string[] = [];
  while (argv.length > 0 && /^-?\d[-\d,x]*$/u.test(argv.at(-1) ?? "")) trailing.unshift(argv.pop() ?? "");
  if (found.ranges.length === 0) found.ranges.push(...trailing.map(oldRange));
  return { ...found, script: script ?? null, argv };
}

/** Converts `1,100` and `1,100,2` to current range syntax. */
function oldRange(text: string): string {
  const [first, last, step] = text.split(",");
  return last === undefined ? text : `${first}-${last}${step === undefined ? "" : `x${step}`}`;
}
