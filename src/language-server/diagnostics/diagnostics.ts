import { messageOf } from "../../plan/text/message-of.ts";
import { mkdir } from "node:fs/promises";
import {
  type CodeAction,
  CodeActionKind,
  type Diagnostic,
  ErrorCodes,
  ResponseError,
} from "vscode-languageserver";
import * as z from "zod/mini";
import { visibleText } from "../../plan/text/visible-text.ts";
import type { ScriptFacts } from "../../plan/target.ts";
import type { Script } from "../../script/script.ts";
import type { Steps } from "../../script/steps.ts";
import { scriptFactsInSteps } from "../../script/write-targets.ts";
import { inSlices, pacer } from "../core/time-slicing.ts";
import { namesOf } from "../../script/symbol-table.ts";
import { DiskChecks } from "./disk-rules.ts";
import type { Feature, ServerContext } from "../core/feature.ts";
import { type Finding, severities } from "./rules.ts";
import type { NkDocument } from "../core/nk-document.ts";
import { pathOf } from "../features/script-facts.ts";
import { textChecks } from "./syntax-rules.ts";
import { writeChecks } from "./write-rules.ts";

/** Quiet after an edit before anything is checked, ms. */
const QUIET = 150;
const createFolder = "nukeRender.server.createFolder";

/** What is wrong in a script, and how to put it right. Checked when typing pauses; the next edit ends what is still being checked. */
export const diagnosticsFeature: Feature = {
  capabilities: {
    codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
    executeCommandProvider: { commands: [createFolder] },
  },
  register: (context) => {
    const { connection, scripts, settings, disk } = context;
    const checker = new Checker(context);
    scripts.onDidChange((document) => checker.check(document));
    scripts.onDidSave((document) => checker.check(document));
    scripts.onDidClose((uri) => checker.forget(uri));
    disk.onDidChangeTrust(() => checker.diskChanged());
    connection.onDidChangeConfiguration(async () => {
      await settings.refresh();
      for (const document of scripts.all) checker.check(document);
    });
    connection.onCodeAction(({ textDocument, range }) => {
      const document = scripts.get(textDocument.uri);
      if (!document) return null;
      const [start, end] = [document.offsetAt(range.start), document.offsetAt(range.end)];
      return checker
        .found(document)
        .filter((finding) => finding.fix && finding.start <= end && finding.end >= start)
        .map((finding) => actionOf(document, finding));
    });
    connection.onExecuteCommand(async ({ command, arguments: args }) => {
      if (command !== createFolder) return;
      const [folder] = z.tuple([z.string()]).parse(args);
      if (!(await disk.mayTouch(folder)))
        throw new ResponseError(
          ErrorCodes.InternalError,
          `${folder} is not created: the workspace is not trusted.`,
        );
      try {
        await mkdir(folder, { recursive: true });
      } catch (error) {
        throw new ResponseError(ErrorCodes.InternalError, `${folder} cannot be created: ${messageOf(error)}`);
      }
      checker.diskChanged();
    });
  },
};

class Checker {
  readonly #context: ServerContext;
  readonly #disk: DiskChecks;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** The last findings of a document's version. */
  readonly #found = new Map<string, { version: number; findings: readonly Finding[] }>();

  constructor(context: ServerContext) {
    this.#context = context;
    this.#disk = new DiskChecks(context.disk);
  }

  /** Checks a document when nothing has changed for a moment. */
  check({ uri }: NkDocument): void {
    clearTimeout(this.#timers.get(uri));
    const timer = setTimeout(() => {
      this.#run(uri).catch((error: unknown) => this.#context.connection.console.error(String(error)));
    }, QUIET);
    this.#timers.set(uri, timer);
  }

  /** Findings that still fit the document as it is. */
  found(document: NkDocument): readonly Finding[] {
    const known = this.#found.get(document.uri);
    return known?.version === document.version ? known.findings : [];
  }

  diskChanged(): void {
    this.#disk.forget();
    for (const document of this.#context.scripts.all) this.check(document);
  }

  forget(uri: string): void {
    clearTimeout(this.#timers.get(uri));
    this.#timers.delete(uri);
    this.#found.delete(uri);
    this.#send({ uri, diagnostics: [] });
  }

  async #run(uri: string): Promise<void> {
    const document = this.#context.scripts.get(uri);
    if (!document) return;
    const { version, script } = document;
    const path = pathOf(uri);
    const stale = (): boolean => this.#context.scripts.get(uri)?.version !== version;
    const checked = await inSlices(uri, quickChecks(script, path), stale);
    if (!checked) return;
    const { quick, facts } = checked.result;
    this.#publish(document, quick);
    const [onDisk, encoding] = await Promise.all([
      this.#disk.run(script, facts, { stop: stale, pause: pacer(uri) }),
      this.#disk.encoding(path),
    ]);
    if (stale() || (onDisk.length === 0 && encoding === null)) return;
    this.#publish(document, [...quick, ...onDisk, ...(encoding ? [encoding] : [])]);
  }

  #publish(document: NkDocument, all: readonly Finding[]): void {
    const { disabledDiagnostics } = this.#context.settings;
    const findings = all.filter(({ code }) => !disabledDiagnostics.has(code));
    const { uri, version } = document;
    this.#found.set(uri, { version, findings });
    this.#send({ uri, version, diagnostics: findings.map((finding) => diagnosticOf(document, finding)) });
  }

  #send(said: { uri: string; version?: number; diagnostics: Diagnostic[] }): void {
    const { connection } = this.#context;
    connection.sendDiagnostics(said).catch((error: unknown) => connection.console.error(String(error)));
  }
}

/** What the text alone tells. */
function* quickChecks(script: Script, path: string): Steps<{ quick: Finding[]; facts: ScriptFacts }> {
  yield* namesOf(script).prepare();
  const found = yield* textChecks(script);
  const facts = yield* scriptFactsInSteps(script, path, { brief: true });
  return { quick: [...found, ...(yield* writeChecks(script, facts))], facts };
}

function diagnosticOf(document: NkDocument, { code, start, end, message }: Finding): Diagnostic {
  return {
    severity: severities[code],
    source: "nk",
    code,
    message: visibleText(message),
    range: document.rangeAt(start, end),
  };
}

function actionOf(document: NkDocument, finding: Finding): CodeAction {
  const { fix } = finding;
  const action = {
    title: visibleText(fix?.title ?? ""),
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnosticOf(document, finding)],
    isPreferred: true,
  };
  if (fix?.kind === "create-folder")
    return { ...action, command: { title: action.title, command: createFolder, arguments: [fix.folder] } };
  const edits = (fix?.edits ?? []).map(({ start, end, text }) => ({
    range: document.rangeAt(start, end),
    newText: text,
  }));
  return { ...action, edit: { changes: { [document.uri]: edits } } };
}
