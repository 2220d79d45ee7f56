/** "Choose Nuke…": finds or asks for one, tests it, and writes it into the settings. */
import { homedir } from "node:os";
import {
  ConfigurationTarget,
  ProgressLocation,
  type QuickPickItem,
  type Uri,
  window,
  workspace,
} from "vscode";
import { type NukeInstall, discoverNukes, executableIn, findOnPath } from "../../nuke/discover.ts";
import { nukeEnvironment } from "../../nuke/environment.ts";
import { executablesKey, launcherWords } from "../../nuke/executables-setting.ts";
import { type Probe, probeNuke } from "../../nuke/probe.ts";
import { parseNukeVersion, printNukeVersion } from "../../nuke/version.ts";
import { type Settings, settingsSchema } from "../../facts/settings.ts";
import { showErrorMessage, showInformationMessage, showWarningMessage } from "../notify.ts";
import { plainLabel } from "../../plan/text/plain-label.ts";
import { readSettings } from "../settings.ts";
import { switchDemo } from "./demo-setting.ts";

const setting = "nuke.executables";

/** For which script a Nuke is chosen. */
export interface NukeChoice {
  /** As the script says; null: it does not, or it is for no script. */
  readonly scriptVersion: string | null;
  readonly scope?: Uri | undefined;
}

/** Asks until a Nuke is in the settings; false if the user gives up. */
export async function chooseNuke(choice: NukeChoice): Promise<boolean> {
  for (;;) {
    const words = await pickNuke(choice);
    if (words === undefined) return false;
    const probe = await test(words);
    if (probe === null || !(await isWanted(words, probe))) continue;
    const version = probe.kind === "nuke" ? probe.version : null;
    const key = await write(words, version, choice);
    if (readSettings(choice.scope)["nuke.useDemoRenderer"]) await switchDemo(false);
    const which = key === "*" ? "all scripts" : `scripts of Nuke ${key}`;
    const name = version === null ? (words[0] ?? "") : `Nuke ${version}`;
    void showInformationMessage(`${name} now renders ${which} (nukeRender.${setting}).`);
    return true;
  }
}

interface NukeItem extends QuickPickItem {
  /** The words of its command, or how they are asked for. */
  readonly words: readonly string[] | (() => Promise<string[] | undefined>);
}

async function pickNuke({ scriptVersion }: NukeChoice): Promise<readonly string[] | undefined> {
  const placeHolder =
    scriptVersion === null
      ? "Which Nuke renders?"
      : `Which Nuke renders? The script asks for Nuke ${scriptVersion.replace(" ", "")}.`;
  const items: NukeItem[] = [
    ...discoverNukes().map((install) => installItem(install, scriptVersion)),
    ...onPath(),
    { label: "$(folder-opened) Browse…", description: "a Nuke executable", words: browse },
    {
      label: "$(terminal) Launcher command…",
      description: "your studio's command that starts Nuke",
      words: askForCommand,
    },
  ];
  const picked = await window.showQuickPick(items, { title: "Choose Nuke", placeHolder });
  if (picked === undefined) return undefined;
  return typeof picked.words === "function" ? await picked.words() : picked.words;
}

function installItem({ path, version }: NukeInstall, scriptVersion: string | null): NukeItem {
  const wanted = scriptVersion === null ? null : parseNukeVersion(scriptVersion);
  const fits = wanted?.major === version.major && wanted.minor === version.minor;
  return {
    label: `Nuke ${printNukeVersion(version)}`,
    description: fits ? "as the script asks for" : "",
    detail: plainLabel(path),
    words: [path],
  };
}

function onPath(): NukeItem[] {
  const path = findOnPath("nuke", process.env);
  return path === null
    ? []
    : [{ label: "nuke", description: "on PATH", detail: plainLabel(path), words: [path] }];
}

async function browse(): Promise<string[] | undefined> {
  const [chosen] = (await window.showOpenDialog({ title: "Nuke executable", openLabel: "Choose" })) ?? [];
  return chosen === undefined ? undefined : [executableIn(chosen.fsPath)];
}

async function askForCommand(): Promise<string[] | undefined> {
  const text = await window.showInputBox({
    title: "Launcher command",
    prompt:
      "The command as in a terminal, without Nuke's own arguments. It runs without a shell. Quotes keep spaces in one argument.",
    placeHolder: "/studio/bin/launch nuke",
    ignoreFocusOut: true,
    validateInput: (typed) =>
      launcherWords(typed) === null
        ? "Enter the program and its arguments, and close every quote."
        : undefined,
  });
  return text === undefined ? undefined : (launcherWords(text) ?? undefined);
}

/** Null: the user canceled the test. */
async function test(words: readonly string[]): Promise<Probe | null> {
  const title = plainLabel(`Asking ${words[0] ?? ""} for its version`);
  return await window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (_, token) => {
      const stop = new AbortController();
      const listener = token.onCancellationRequested(() => stop.abort());
      try {
        const options = { env: nukeEnvironment(process.env), cwd: homedir(), signal: stop.signal };
        const probe = await probeNuke(words, options);
        return stop.signal.aborted ? null : probe;
      } finally {
        listener.dispose();
      }
    },
  );
}

/** A launcher may be right and answer nothing to `--version`; what cannot be started is never right. */
async function isWanted(words: readonly string[], probe: Probe): Promise<boolean> {
  if (probe.kind === "nuke") return true;
  const [program = ""] = words;
  const another = "Choose Another…";
  if (probe.kind === "not-started") {
    await showErrorMessage(
      `${program} cannot be started.`,
      { modal: true, detail: `${probe.why}. Nothing was changed.` },
      another,
    );
    return false;
  }
  const anyway = "Use It Anyway";
  const detail = `With --version, ${probe.how} and printed no Nuke version. A launcher may do that. It is unknown whether it starts Nuke.`;
  const chosen = await showWarningMessage(
    `${program} did not report a Nuke version.`,
    { modal: true, detail },
    anyway,
    another,
  );
  return chosen === anyway;
}

/** Writes to the level that has the key now, else to the user's settings, in a remote window to those of the remote machine. Returns the key. */
async function write(
  words: readonly string[],
  version: string | null,
  { scriptVersion, scope }: NukeChoice,
): Promise<string> {
  const configuration = workspace.getConfiguration("nukeRender", scope);
  const key = executablesKey(scriptVersion, version, readSettings(scope)[setting]);
  const found = configuration.inspect<unknown>(setting);
  const levels = [
    [ConfigurationTarget.WorkspaceFolder, found?.workspaceFolderValue],
    [ConfigurationTarget.Workspace, found?.workspaceValue],
  ] as const;
  const [target, value] = levels.find(([, one]) => Object.hasOwn(executables(one), key)) ?? [
    // The scope of the setting makes that the remote machine's in a remote window.
    ConfigurationTarget.Global,
    found?.globalValue,
  ];
  const command = words.length === 1 ? (words[0] ?? "") : [...words];
  await configuration.update(setting, { ...executables(value), [key]: command }, target);
  return key;
}

/** A level of the setting as it stands there; nothing where it is not usable. */
function executables(value: unknown): Settings[typeof setting] {
  return settingsSchema.shape[setting].safeParse(value ?? {}).data ?? {};
}
