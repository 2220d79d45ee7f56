/** Memory limits of control groups, read from folders laid out as the kernel does. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { cgroupMemory } from "../../../src/facts/cgroup.ts";
import { machineMemory } from "../../../src/facts/machine.ts";

const MB = 1024 * 1024;

async function withFiles(files: Record<string, string>, body: (root: string) => void): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "nbr cgroup "));
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, name)), { recursive: true });
      await writeFile(join(root, name), text);
    }
    body(root);
  } finally {
    await rm(root, { recursive: true });
  }
}

const v2 = "30 23 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw\n";
const v1 = "36 25 0:31 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory\n";

test("v2: the lowest limit of the group and those above it; file pages no one touches are free", () =>
  withFiles(
    {
      "proc/self/cgroup": "0::/user.slice/render.scope\n",
      "proc/self/mountinfo": v2,
      "sys/fs/cgroup/user.slice/memory.max": `${4096 * MB}\n`,
      "sys/fs/cgroup/user.slice/memory.current": `${3000 * MB}\n`,
      "sys/fs/cgroup/user.slice/memory.stat": `anon 5\ninactive_file ${1000 * MB}\n`,
      "sys/fs/cgroup/user.slice/render.scope/memory.max": "max\n",
      "sys/fs/cgroup/user.slice/render.scope/memory.high": `${3500 * MB}\n`,
      "sys/fs/cgroup/user.slice/render.scope/memory.current": `${100 * MB}\n`,
    },
    (root) => assert.deepEqual(cgroupMemory(root), { limit: 3500 * MB, free: 2096 * MB }),
  ));

test("v1, next to a v2 hierarchy without memory; the largest number stands for no limit", () =>
  withFiles(
    {
      "proc/self/cgroup": "9:memory:/box\n8:cpu,cpuacct:/\n0::/box\n",
      "proc/self/mountinfo": `${v1}37 25 0:32 / /sys/fs/cgroup/unified rw - cgroup2 cgroup rw\n`,
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "sys/fs/cgroup/memory/box/memory.limit_in_bytes": `${1500 * MB}\n`,
      "sys/fs/cgroup/memory/box/memory.usage_in_bytes": `${900 * MB}\n`,
      "sys/fs/cgroup/memory/box/memory.stat": `inactive_file 1\ntotal_inactive_file ${300 * MB}\ntotal_active_file ${200 * MB}\n`,
    },
    (root) => assert.deepEqual(cgroupMemory(root), { limit: 1500 * MB, free: 1000 * MB }),
  ));

test("a container that sees only its own part of the hierarchy", () =>
  withFiles(
    {
      "proc/self/cgroup": "9:memory:/docker/abc/inner\n",
      "proc/self/mountinfo": v1.replace(" / /sys", String.raw` /docker/abc /a\040b/sys`),
      "a b/sys/fs/cgroup/memory/memory.limit_in_bytes": `${800 * MB}\n`,
      "a b/sys/fs/cgroup/memory/memory.usage_in_bytes": `${900 * MB}\n`,
    },
    (root) => assert.deepEqual(cgroupMemory(root), { limit: 800 * MB, free: 0 }),
  ));

test("no limit, no hierarchy, another system: null", () =>
  withFiles(
    {
      "proc/self/cgroup": "0::/\n",
      "proc/self/mountinfo": v2,
      "sys/fs/cgroup/memory.current": "1\n",
    },
    (root) => {
      assert.equal(cgroupMemory(root), null);
      assert.equal(cgroupMemory(join(root, "nowhere")), null);
    },
  ));

test("the machine itself: some of it is free", () => {
  const { totalMB, freeMB } = machineMemory();
  assert.ok(totalMB >= freeMB && freeMB > 0, `${freeMB} of ${totalMB} MB`);
});
