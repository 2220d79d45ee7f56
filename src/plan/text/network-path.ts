/**
 * Paths behind which another machine may stand: looking at one can send a password's hash to it (Windows), mount what it offers (automount),
 * or wait for minutes. Text only; links are followed elsewhere (`facts/local-path.ts`).
 */

/** Automount maps as they come with Linux, macOS, Solaris and AFS, and what desktops mount for a user; case as macOS' disks have it. */
const automounted =
  /^(?:\/System\/Volumes\/Data)?\/(?:net|network|misc|auto|automount|amd|afs|nfs|smb|cifs|ceph|hosts|run\/user\/\d+\/gvfs|home\/[^/]+\/\.gvfs)(?:\/|$)/iu;

export interface NetworkFacts {
  readonly platform: string;
  /** Where this machine mounts on demand. */
  readonly automounts?: readonly string[];
}

/** Whether looking at this path may reach another machine. In doubt it may. */
export function isNetworkPath(path: string, { platform, automounts = [] }: NetworkFacts): boolean {
  // UNC names and device paths (`\\?\UNC\…`), with either slash; on POSIX `//host` is a host on some systems.
  if (/^[\\/]{2}/u.test(path)) return true;
  if (platform === "win32") return false;
  if (automounted.test(path)) return true;
  // macOS mounts homes of network accounts there.
  if (platform === "darwin" && /^\/home(?:\/|$)/iu.test(path)) return true;
  return automounts.some((mount) => path === mount || path.startsWith(`${mount}/`));
}
