/** Nuke's versions as written in scripts (`version 15.1 v5`), folders (`Nuke15.1v5`) and banners (`Nuke 15.1v5, 64 bit`). */

export interface NukeVersion {
  readonly major: number;
  readonly minor: number;
  /** The number after the v; null if the name omits it. */
  readonly patch: number | null;
}

/** Finds the first version in a text; null if there is none. */
export function parseNukeVersion(text: string): NukeVersion | null {
  const match = /(?<!\d)(\d{1,9})\.(\d{1,9})(?:\s*v(\d{1,9}))?/iu.exec(text);
  if (!match) return null;
  return {
    major: Number(match[1]),
    minor: Number(match[2]),
    patch: match[3] === undefined ? null : Number(match[3]),
  };
}

/** `15.1v5`, or `15.1` if the patch is unknown. */
export function printNukeVersion({ major, minor, patch }: NukeVersion): string {
  return `${major}.${minor}${patch === null ? "" : `v${patch}`}`;
}

/** Negative when `a` is older. An unknown patch counts as the oldest. */
export function compareNukeVersions(a: NukeVersion, b: NukeVersion): number {
  return a.major - b.major || a.minor - b.minor || (a.patch ?? -1) - (b.patch ?? -1);
}
