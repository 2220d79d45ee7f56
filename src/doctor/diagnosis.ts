/** What a report of a fault needs to say of a machine: versions, Nukes, settings, memory, the render service. Starts nothing. */
import { statfs } from "node:fs/promises";
import { arch, release } from "node:os";
import { cgroupMemory } from "../facts/cgroup.ts";
import { readMachine } from "../facts/machine.ts";
import { type Settings, memorySettings } from "../facts/settings.ts";
import type { Machine } from "../plan/facts.ts";
import { productVersion } from "../render-service/protocol/version.ts";
import { type DiagnosedNukes, diagnoseNukes } from "./nukes.ts";
import { type DiagnosedService, diagnoseService } from "./service.ts";

/** A setting that does not have its default. */
export interface DiagnosedSetting {
  /** With `nukeRender.`. */
  readonly key: string;
  readonly value: unknown;
  /** The file or the scope it comes from. */
  readonly from: string;
}

export interface SettingsReport {
  readonly settings: Settings;
  readonly changed: readonly DiagnosedSetting[];
  /** Settings that do not count and why, each in words. */
  readonly ignored: readonly string[];
}

export interface DiagnosisRequest {
  readonly settings: SettingsReport;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** The editor that asks, with its version; null: a terminal. */
  readonly editor: string | null;
}

export interface Diagnosis {
  readonly version: string;
  readonly editor: string | null;
  readonly node: string;
  readonly platform: string;
  readonly nukes: DiagnosedNukes;
  readonly settings: Pick<SettingsReport, "changed" | "ignored">;
  readonly state: {
    readonly folder: string;
    /** MB; null where the system does not tell. */
    readonly freeMB: number | null;
  };
  readonly memory: Machine & {
    /** The limit of a container or cgroup, MB; null: there is none. */
    readonly limitMB: number | null;
  };
  readonly service: DiagnosedService;
}

const MB = 1024 * 1024;

/** Collects everything a bug report needs; never throws for a part that cannot be read, but says so in its place. */
export async function diagnose({ settings, env, cwd, editor }: DiagnosisRequest): Promise<Diagnosis> {
  const service = await diagnoseService();
  const limit = process.platform === "linux" ? (cgroupMemory()?.limit ?? null) : null;
  const space = await statfs(service.stateFolder).catch(() => null);
  return {
    version: productVersion,
    editor,
    node: process.versions.node,
    platform: `${process.platform} ${release()} ${arch()}`,
    nukes: diagnoseNukes(settings.settings, env, cwd),
    settings: { changed: settings.changed, ignored: settings.ignored },
    state: {
      folder: service.stateFolder,
      freeMB: space === null ? null : Math.floor((space.bavail * space.bsize) / MB),
    },
    memory: {
      ...readMachine(memorySettings(settings.settings)),
      limitMB: limit === null || !Number.isFinite(limit) ? null : Math.floor(limit / MB),
    },
    service,
  };
}
