import assert from "node:assert/strict";
import { test } from "node:test";
import { type LinkReader, automountsOf, staysLocal } from "../../../src/facts/local-path.ts";

/** A disk of links and folders that writes down what it is asked. */
class Probe implements LinkReader {
  readonly asked: string[] = [];
  readonly #links: Readonly<Record<string, string | null>>;
  constructor(links: Readonly<Record<string, string | null>>) {
    this.#links = links;
  }
  linkAt(path: string): Promise<string | null | undefined> {
    this.asked.push(path);
    return Promise.resolve(this.#links[path]);
  }
}

const posix = process.platform !== "win32";
const disk = {
  "/p": null,
  "/p/shot": null,
  "/p/away": "/net/host/share",
  "/p/further": "away/x",
  "/p/up": "../net/host",
  "/p/unc": "//server/share",
  "/p/loop": "loop",
  "/p/here": "/p/shot",
  "/p/shot/a.exr": null,
  "/shows": null,
  "/p/mounted": "../shows",
};

test("no other machine is asked, whichever way a path leads there", { skip: !posix }, async () => {
  const away = [
    "//server/share/x",
    "/net/host/x",
    "/p/../net/host/x",
    "/p/shot/../../net/host/x",
    "/p/away/x",
    "/p/further/y",
    "/p/up/y",
    "/p/unc",
    "/p/here/../away/x",
    "/p/loop/x",
    "/shows/a",
    "/p/mounted/a",
  ];
  for (const path of away) {
    const probe = new Probe(disk);
    assert.equal(await staysLocal(path, probe, ["/shows"]), false, path);
    for (const asked of probe.asked) assert.doesNotMatch(asked, /^\/(?:net|shows|\/)/u, `${path}: ${asked}`);
  }
});

test("what is on this machine, or not there, may be looked at", { skip: !posix }, async () => {
  for (const path of ["/p/shot/a.exr", "/p/here/a.exr", "/p/./shot//a.exr", "/none/net/x", "/", "relative/x"])
    assert.equal(await staysLocal(path, new Probe(disk), ["/shows"]), true, path);
});

test("mount points of type autofs are found, with blanks in their names", () => {
  const mountinfo = String.raw`24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
90 24 0:50 / /shows/all\040of\040them rw,relatime shared:30 - autofs /etc/auto.shows rw,fd=5
91 24 0:51 / /srv rw master:2 shared:31 - nfs4 server:/srv rw
92 24 0:52 / /mnt/auto rw - autofs auto.mnt rw`;
  assert.deepEqual(automountsOf(mountinfo), ["/shows/all of them", "/mnt/auto"]);
  assert.deepEqual(automountsOf("nonsense\n - autofs x\n"), []);
});
