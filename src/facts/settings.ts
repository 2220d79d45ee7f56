/** The product's settings, `nukeRender.*`, with their defaults. The editor and the terminal both read them with this schema. */
import * as z from "zod";
import { DEFAULT_OVERWRITE, overwriteSchema, whileRenderingSchema } from "../plan/request.ts";
import { SizeError, parseMB } from "../plan/text/size.ts";
import { DEFAULT_ALLOWANCE_MB } from "./machine.ts";

/** An amount of memory as text; empty: the default. */
const sizeText = z.string().refine((text) => text.trim() === "" || isSize(text), {
  error: 'is not an amount of memory such as "48G" or "800M"',
});

export const settingsSchema = z.object({
  "nuke.executables": z.record(z.string(), z.union([z.string(), z.array(z.string()).min(1)])).default({}),
  "nuke.extraArguments": z.array(z.string()).default([]),
  "nuke.useDemoRenderer": z.boolean().default(false),
  "memory.budget": sizeText.default(""),
  "memory.allowance": sizeText.default("2G"),
  "memory.systemdScope": z.boolean().default(false),
  "history.days": z.number().min(0).max(36_500).default(14),
  "history.logSize": sizeText.default("64M"),
  "render.split": z.number().int().min(0).max(10_000).default(0),
  "render.continueOnError": z.boolean().default(false),
  "script.whileRendering": z.enum(whileRenderingSchema.options).default("copy"),
  overwrite: z.enum(overwriteSchema.options).default(DEFAULT_OVERWRITE),
  createFolders: z.boolean().default(false),
  outputLocks: z.boolean().default(true),
  "farm.command": z.array(z.string()).default([]),
  "codeLens.enabled": z.boolean().default(true),
  "notifications.progress": z.boolean().default(true),
  "diagnostics.disabled": z.array(z.string()).default([]),
});
export type Settings = z.infer<typeof settingsSchema>;
export type SettingKey = keyof Settings;

export const settingKeys: readonly SettingKey[] = settingsSchema.keyof().options;

/**
 * What a setting decides, declared by every one. `program`: which program runs, its words or its environment; a folder's own settings
 * file decides that only where it was allowed (`nbr trust`, or the editor's workspace trust). `behavior`: anything else.
 */
export const settingEffects: Record<SettingKey, "program" | "behavior"> = {
  "nuke.executables": "program",
  "nuke.extraArguments": "program",
  "nuke.useDemoRenderer": "program",
  "memory.budget": "behavior",
  "memory.allowance": "behavior",
  "memory.systemdScope": "program",
  "history.days": "behavior",
  "history.logSize": "behavior",
  "render.split": "behavior",
  "render.continueOnError": "behavior",
  "script.whileRendering": "behavior",
  createFolders: "behavior",
  overwrite: "behavior",
  outputLocks: "behavior",
  "farm.command": "program",
  "codeLens.enabled": "behavior",
  "notifications.progress": "behavior",
  "diagnostics.disabled": "behavior",
};

/** Settings that decide what runs. */
export const programKeys: readonly SettingKey[] = settingKeys.filter(
  (key) => settingEffects[key] === "program",
);

/** A setting that cannot be used; `key` says which. */
export class SettingError extends Error {
  readonly reason = "setting";
  readonly key: string;
  constructor(key: string, detail: string) {
    super(`The setting nukeRender.${key} ${detail}. Correct it in the settings.`);
    this.name = "SettingError";
    this.key = key;
  }
}

/**
 * Validates settings from a file or from the editor; absent keys get their defaults.
 * @throws {SettingError} naming the first one that cannot be used.
 */
export function parseSettings(values: Readonly<Record<string, unknown>>): Settings {
  const result = settingsSchema.safeParse(values);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const [key, ...inside] = issue?.path ?? [];
  throw new SettingError(
    String(key),
    `${inside.length > 0 ? `(at ${inside.join(".")}) ` : ""}is not usable: ${issue?.message ?? "unknown"}`,
  );
}

/** The settings that do not have their defaults, in the order of the table. @param from where each comes from, for people. */
export function changedSettings(
  settings: Settings,
  from: (key: SettingKey) => string,
): { key: string; value: unknown; from: string }[] {
  const defaults = settingsSchema.parse({});
  return settingKeys
    .filter((key) => JSON.stringify(settings[key]) !== JSON.stringify(defaults[key]))
    .map((key) => ({ key: `nukeRender.${key}`, value: settings[key], from: from(key) }));
}

/** The memory settings in MB. */
export function memorySettings(settings: Settings): { budgetMB?: number; allowanceMB: number } {
  const budget = settings["memory.budget"].trim();
  const allowance = settings["memory.allowance"].trim();
  return {
    ...(budget === "" ? {} : { budgetMB: parseMB(budget) }),
    allowanceMB: allowance === "" ? DEFAULT_ALLOWANCE_MB : parseMB(allowance),
  };
}

/** Settings of the render service for all jobs (its `configure`); an empty size is the default. */
export function serviceSettings(settings: Settings): {
  historyDays: number;
  logCapMB: number | null;
  systemdScope: boolean;
} {
  const size = settings["history.logSize"].trim();
  return {
    systemdScope: settings["memory.systemdScope"],
    historyDays: settings["history.days"],
    logCapMB: size === "" ? null : Math.max(1, Math.round(parseMB(size))),
  };
}

function isSize(text: string): boolean {
  try {
    return parseMB(text) > 0;
  } catch (error) {
    if (error instanceof SizeError) return false;
    throw error;
  }
}
