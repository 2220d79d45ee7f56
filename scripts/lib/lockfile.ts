/**
 * What must be true of `package-lock.json`: every package comes from a registry and is known by its hash. It runs before anything is
 * installed, so it uses nothing but Node.
 */

interface Package {
  readonly [field: string]: unknown;
}

/** Dependencies that are fetched from where they say, instead of from a registry. */
const fetched =
  /^(?:git|https?|ftp|ssh|file|link|portal|patch|github|gitlab|bitbucket|gist):|^git@|^[\w.-]+\/[\w.-]+(?:#|$)|:\/\//iu;
const sections = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"] as const;
/** Those that npm installs for certain. */
const certain = ["dependencies"] as const;

/** What is wrong, one sentence each; none if all is well. */
export function lockfileProblems(lock: unknown, manifest: unknown): string[] {
  if (!isRecord(lock) || lock.lockfileVersion !== 3 || !isRecord(lock.packages) || !isRecord(manifest))
    return ["package-lock.json is not a lock file of version 3."];
  const packages = new Map(
    Object.entries(lock.packages).filter((entry): entry is [string, Package] => isRecord(entry[1])),
  );
  const problems = differences(packages.get("") ?? {}, manifest);
  const hashes = new Map<string, string>();
  const hosts = new Set<string>();
  for (const [path, one] of packages) {
    if (path === "") continue;
    problems.push(...problemsOf(path, one, packages));
    if (typeof one.resolved === "string") hosts.add(hostOf(one.resolved));
    const { integrity } = one;
    if (typeof integrity !== "string") continue;
    const name = `${nameOf(path, one)}@${String(one.version)}`;
    if ((hashes.get(name) ?? integrity) !== integrity) problems.push(`${name} has two different hashes.`);
    hashes.set(name, integrity);
  }
  if (hosts.size > 1) problems.push(`Packages come from several hosts: ${[...hosts].sort().join(", ")}.`);
  return problems;
}

/** What package.json asks for must be what was locked. */
function differences(root: Package, manifest: Package): string[] {
  return sections.flatMap((section) => {
    const [locked, asked] = [stringsOf(root[section]), stringsOf(manifest[section])];
    return [...new Set([...locked.keys(), ...asked.keys()])]
      .filter((name) => locked.get(name) !== asked.get(name))
      .map(
        (name) =>
          `${name}: package.json says ${asked.get(name) ?? "nothing"}, package-lock.json ${locked.get(name) ?? "nothing"}.`,
      );
  });
}

function problemsOf(path: string, one: Package, packages: ReadonlyMap<string, Package>): string[] {
  const problems: string[] = [];
  if (!/^(?:node_modules\/(?:@[\w.~-]+\/)?[\w.~-]+(?:\/|$))+$/u.test(path))
    problems.push(`${path} is outside node_modules.`);
  if (one.link === true) problems.push(`${path} is a link to a folder.`);
  if (typeof one.version !== "string" || !/^\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/u.test(one.version))
    problems.push(`${path} has no version of a registry: ${JSON.stringify(one.version)}.`);
  if (one.resolved !== undefined && !isRegistryUrl(one.resolved))
    problems.push(
      `${path} comes from ${JSON.stringify(one.resolved)}, which is no https address of a registry.`,
    );
  // What is packed inside another package is covered by that one's hash.
  if (one.inBundle === true) {
    if (!isBundled(path, packages))
      problems.push(`${path} says that it is bundled, but no package above it bundles it.`);
    return problems;
  }
  if (typeof one.integrity !== "string" || !/^sha512-[\w+/]{86}==$/u.test(one.integrity))
    problems.push(`${path} has no SHA-512 hash.`);
  return [...problems, ...dependencyProblems(path, one, packages)];
}

function dependencyProblems(path: string, one: Package, packages: ReadonlyMap<string, Package>): string[] {
  const bundled = Array.isArray(one.bundleDependencies) ? one.bundleDependencies : [];
  const problems: string[] = [];
  for (const section of sections)
    for (const [name, wanted] of stringsOf(one[section]))
      if (!bundled.includes(name) && fetched.test(wanted.replace(/^npm:@?[^@]+@?/u, "")))
        problems.push(`${path} fetches ${name} from ${wanted}.`);
  for (const section of certain)
    for (const name of stringsOf(one[section]).keys())
      if (!isInstalled(name, path, packages) && !stringsOf(one.optionalDependencies).has(name))
        problems.push(`${path} needs ${name}, which is not locked.`);
  return problems;
}

/** As Node looks for a package: next to it, then further up. */
function isInstalled(name: string, from: string, packages: ReadonlyMap<string, Package>): boolean {
  for (let above = from; ; above = above.slice(0, Math.max(0, above.lastIndexOf("/node_modules/")))) {
    if (packages.has(above === "" ? `node_modules/${name}` : `${above}/node_modules/${name}`)) return true;
    if (above === "") return false;
    if (!above.includes("/node_modules/")) return packages.has(`node_modules/${name}`);
  }
}

function isBundled(path: string, packages: ReadonlyMap<string, Package>): boolean {
  for (let at = path.lastIndexOf("/node_modules/"); at > 0; at = path.lastIndexOf("/node_modules/", at - 1))
    if (Array.isArray(packages.get(path.slice(0, at))?.bundleDependencies)) return true;
  return false;
}

function isRegistryUrl(value: unknown): boolean {
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  const { protocol, username, password, pathname, search, hash } = new URL(value);
  return (
    protocol === "https:" &&
    `${username}${password}${search}${hash}` === "" &&
    /\/-\/[^/]+\.tgz$/u.test(pathname)
  );
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

function nameOf(path: string, one: Package): string {
  return typeof one.name === "string"
    ? one.name
    : path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
}

function isRecord(value: unknown): value is Package {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function stringsOf(value: unknown): Map<string, string> {
  if (!isRecord(value)) return new Map();
  return new Map(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
