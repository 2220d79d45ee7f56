/** Sizes as Nuke's `-c` takes them (nuke-cli.md 1.4): a number with k, M, G or T. Here a plain number means MB. */

export class SizeError extends Error {
  readonly reason = "size";
  constructor(text: string) {
    super(`"${text}" is not an amount of memory. Write it as 4G, 4096M or 800 (MB).`);
    this.name = "SizeError";
  }
}

const perUnit: Record<string, number> = { k: 1 / 1024, m: 1, g: 1024, t: 1024 * 1024 };

/**
 * `4G`, `4096M`, `1.5 GB`, `800` → whole MB (1024 × 1024 bytes).
 * @throws {SizeError}
 */
export function parseMB(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt])?(?:i?b)?$/iu.exec(text.trim());
  if (!match) throw new SizeError(text);
  const megabytes = Math.round(Number(match[1]) * (perUnit[(match[2] ?? "m").toLowerCase()] ?? 1));
  if (megabytes < 1) throw new SizeError(text);
  return megabytes;
}

/** MB for people: `800 MB`, `1.5 GB`. */
export function displayMB(megabytes: number): string {
  if (megabytes < 1000) return `${Math.round(megabytes)} MB`;
  const gigabytes = megabytes / 1024;
  return `${gigabytes >= 100 ? Math.round(gigabytes) : gigabytes.toFixed(1).replace(/\.0$/u, "")} GB`;
}

/** An amount of memory as it is typed: `4G`, `800M`. */
export function sizeText(megabytes: number): string {
  return megabytes % 1024 === 0 ? `${megabytes / 1024}G` : `${megabytes}M`;
}
