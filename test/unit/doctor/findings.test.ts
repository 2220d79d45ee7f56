/** What a diagnosis finds wrong, and how it is written. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Diagnosis } from "../../../src/doctor/diagnosis.ts";
import { findings } from "../../../src/doctor/findings.ts";
import { reportLines } from "../../../src/doctor/report.ts";

const limits = { maxParallel: null, budgetMB: 8192, budgetHeld: false, running: 2 };
const healthy: Diagnosis = {
  version: "0.1.0",
  editor: null,
  node: "24.0.0",
  platform: "linux 6.1 x64",
  nukes: {
    installed: [{ version: "15.1v5", path: "/usr/local/Nuke15.1v5/Nuke15.1" }],
    onPath: null,
    chosen: [
      { forVersion: "15.1", argv: ["/usr/local/Nuke15.1v5/Nuke15.1"], how: "installed" },
      { forVersion: null, argv: ["/usr/local/Nuke15.1v5/Nuke15.1"], how: "installed" },
    ],
  },
  settings: { changed: [], ignored: [] },
  state: { folder: "/home/me/state", freeMB: 50_000 },
  memory: { cores: 8, totalMB: 16_384, freeMB: 12_000, budgetMB: 12_288, allowanceMB: 2048, limitMB: null },
  service: {
    kind: "running",
    stateFolder: "/home/me/state",
    pid: 77,
    version: "0.1.0",
    seconds: 130,
    logFile: "/home/me/state/service.log",
    limits,
    active: 1,
    finished: 3,
  },
};
const none = { forVersion: null, argv: [], how: "none was found" };

test("a machine on which everything fits has no findings, and its report says so", () => {
  assert.deepEqual(findings(healthy), []);
  const text = reportLines(healthy).join("\n");
  assert.match(text, /Everything fits together\./u);
  assert.match(text, /version 0\.1\.0, process 77, running for 2:10/u);
  assert.match(text, /1 job not finished, 3 finished; 2 Nukes running/u);
});

test("each thing that does not fit is one finding that says what to do", () => {
  const cases: readonly (readonly [Partial<Diagnosis>, RegExp])[] = [
    [{ nukes: { installed: [], onPath: null, chosen: [none] } }, /No Nuke was found\. Set/u],
    [
      { nukes: { ...healthy.nukes, chosen: [{ forVersion: "14.0", argv: [], how: 'no program "x".' }] } },
      /Scripts of Nuke 14\.0 cannot be rendered: no program/u,
    ],
    [
      {
        nukes: {
          ...healthy.nukes,
          chosen: [
            { forVersion: null, argv: ["node", "demo"], how: "nukeRender.nuke.useDemoRenderer: test" },
          ],
        },
      },
      /The demo renderer is on.*Turn/u,
    ],
    [{ settings: { changed: [], ignored: ["x is ignored."] } }, /^x is ignored\.$/u],
    [{ state: { folder: "/s", freeMB: 100 } }, /Only 100 MB are free.*free some space/u],
    [{ version: "0.2.0" }, /is version 0\.1\.0, this is 0\.2\.0.*nbr service stop/u],
    [
      { service: { kind: "unreachable", stateFolder: "/s", why: "It does not answer." } },
      /cannot be used: It does not answer/u,
    ],
    [
      {
        settings: { changed: [{ key: "nukeRender.memory.budget", value: "64G", from: "x" }], ignored: [] },
        memory: { ...healthy.memory, budgetMB: 16_384 },
      },
      /leave some for the system/u,
    ],
    [{ memory: { ...healthy.memory, budgetMB: 1024 } }, /only one will run at a time/u],
  ];
  for (const [change, expected] of cases) {
    const found = findings({ ...healthy, ...change });
    assert.equal(found.length, 1, JSON.stringify(found));
    assert.match(found[0] ?? "", expected);
  }
});

test("settings are listed with where they come from", () => {
  const changed = [{ key: "nukeRender.render.split", value: 4, from: "/p/.vscode/settings.json" }];
  const lines = reportLines({ ...healthy, settings: { changed, ignored: [] } });
  assert.ok(lines.includes("  nukeRender.render.split = 4  (/p/.vscode/settings.json)"), lines.join("\n"));
});
