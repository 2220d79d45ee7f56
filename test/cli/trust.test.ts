/** A folder does not decide what runs: `nbr trust`, and everything that is done before it. */
import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type NbrResult, runNbr } from "./run-nbr.ts";

const asRoot = process.getuid?.() === 0;
const OTHER = 65_534;

/** A clone with a script, and a settings file whose farm command leaves a mark. */
class Clone implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "nbr trust "));
  readonly folder = join(this.path, "clone");
  readonly settings = join(this.folder, ".vscode", "settings.json");
  readonly state = join(this.path, "state");
  readonly mark = join(this.path, "mark");
  readonly env: NodeJS.ProcessEnv = {
    ...process.env,
    NUKE_RENDER_STATE_DIR: this.state,
    XDG_CONFIG_HOME: join(this.path, "none"),
    APPDATA: join(this.path, "none"),
  };

  constructor() {
    mkdirSync(join(this.folder, ".vscode"), { recursive: true });
    this.write("one");
    writeFileSync(
      join(this.folder, "shot.nk"),
      `Root {\n first_frame 1\n last_frame 2\n}\nConstant {\n inputs 0\n}\nWrite {\n file "${this.folder.replaceAll("\\", "/")}/f.###.png"\n file_type png\n name Write1\n}\n`,
    );
  }

  write(word: string, more: Readonly<Record<string, unknown>> = {}): void {
    const program = `require("node:fs").appendFileSync(process.argv[1], process.argv[2])`;
    writeFileSync(
      this.settings,
      JSON.stringify({
        "nukeRender.farm.command": [process.execPath, "-e", program, this.mark, word],
        "nukeRender.render.split": 2,
        ...more,
      }),
    );
  }

  nbr(...args: readonly string[]): Promise<NbrResult> {
    return runNbr(args, { cwd: this.folder, env: this.env });
  }

  submit(...more: readonly string[]): Promise<NbrResult> {
    return this.nbr("farm", "submit", "shot.nk", ...more);
  }

  get marks(): string {
    return existsSync(this.mark) ? readFileSync(this.mark, "utf8") : "";
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

test("a cloned folder's program runs only after nbr trust, as it was then, and not after --remove", async () => {
  using clone = new Clone();
  const before = await clone.submit();
  assert.equal(before.code, 2);
  assert.match(before.stderr.split("\n")[0] ?? "", /^settings: .*settings\.json$/u);
  assert.match(
    before.stderr,
    /nukeRender\.farm\.command in .*settings\.json is ignored: .*nbr trust '.*settings\.json'/u,
  );
  assert.equal(clone.marks, "");

  const trusted = await clone.nbr("trust");
  assert.equal(trusted.code, 0, trusted.stderr);
  assert.match(trusted.stdout, /Trusted: .*settings\.json[^]*nukeRender\.farm\.command: \[/u);
  const after = await clone.submit();
  assert.equal(after.code, 0, after.stderr);
  assert.doesNotMatch(after.stderr, /ignored/u);
  assert.equal(clone.marks, "one");

  clone.write("one", { "editor.fontSize": 13 });
  assert.equal((await clone.submit()).code, 0);
  clone.write("two");
  const changed = await clone.submit();
  assert.equal(changed.code, 2);
  assert.match(changed.stderr, /have changed since they were allowed.*nbr trust/u);
  assert.equal(clone.marks, "oneone");

  clone.write("one");
  assert.match((await clone.nbr("trust", "--list")).stdout, /settings\.json {2}\(since /u);
  assert.equal((await clone.nbr("trust", "--remove")).code, 0);
  assert.equal((await clone.submit()).code, 2);
  assert.equal((await clone.nbr("trust", "--remove")).code, 2);
  assert.equal((await clone.nbr("trust", "--list")).stdout, "No settings file is trusted.\n");
  assert.equal(clone.marks, "oneone");
  // What is named is chosen.
  assert.equal((await clone.submit("--settings", clone.settings)).code, 0);
});

test("render and plan do not start or show a Nuke of the folder, and keep what they say off JSON", async () => {
  using clone = new Clone();
  clone.write("one", { "nukeRender.nuke.executables": { "*": process.execPath } });
  const plan = await clone.nbr("plan", "shot.nk", "--json");
  assert.ok(!plan.stdout.includes(JSON.stringify(process.execPath)), plan.stdout);
  for (const line of plan.stdout.trim().split("\n")) JSON.parse(line);
  assert.match(plan.stderr, /^settings: .*\nwarning: nukeRender\.\S+, nukeRender\.\S+ in .* are ignored/u);
  const render = await clone.nbr("render", "shot.nk", "--create-folders", "--range", "1");
  assert.match(render.stderr, /^settings: /u);
  assert.match(render.stderr, /nukeRender\.nuke\.executables in /u);
  assert.equal((await clone.nbr("trust", clone.folder)).code, 0);
  assert.ok((await clone.nbr("plan", "shot.nk", "--json")).stdout.includes(JSON.stringify(process.execPath)));
});

test("what belongs to others cannot be trusted", { skip: !asRoot }, async () => {
  using clone = new Clone();
  assert.equal((await clone.nbr("trust")).code, 0);
  chmodSync(clone.settings, 0o666);
  assert.equal((await clone.submit()).code, 2);
  const open = await clone.nbr("trust");
  assert.deepEqual([open.code, open.stdout], [2, ""]);
  assert.match(open.stderr, /can be written by other users/u);
  chmodSync(clone.settings, 0o644);
  chownSync(join(clone.folder, ".vscode"), OTHER, OTHER);
  const foreign = await clone.nbr("trust");
  assert.equal(foreign.code, 2);
  assert.match(foreign.stderr, /belongs to another user/u);
  assert.match(
    (await clone.submit()).stderr,
    /^settings: none set\nwarning: .*belongs to another user.*--settings/u,
  );
  assert.equal(clone.marks, "");
});

test("a damaged list of trusted files allows nothing, is set aside and said once", async () => {
  for (const damage of ["[]", "", "{", `{"version":1,"files":[{"file":3}]}`, "[".repeat(100_000), null]) {
    using clone = new Clone();
    assert.equal((await clone.nbr("trust")).code, 0);
    const store = join(clone.state, "trusted-settings.json");
    rmSync(store);
    if (damage === null) mkdirSync(store);
    else writeFileSync(store, damage);
    const first = await clone.submit();
    assert.equal(first.code, 2);
    assert.match(first.stderr, /list of trusted settings files was damaged and is now .*\.damaged-\d+/u);
    assert.doesNotMatch((await clone.submit()).stderr, /damaged/u);
    assert.ok(readdirSync(clone.state).some((name) => name.startsWith("trusted-settings.json.damaged-")));
    assert.equal((await clone.nbr("trust")).code, 0);
    assert.equal((await clone.submit()).code, 0);
  }
});

test(
  "a list in another user's state folder, or of another user, is not believed",
  { skip: !asRoot },
  async () => {
    using clone = new Clone();
    assert.equal((await clone.nbr("trust")).code, 0);
    chownSync(join(clone.state, "trusted-settings.json"), OTHER, OTHER);
    assert.equal((await clone.submit()).code, 2);
    assert.equal((await clone.nbr("trust")).code, 0);
    chownSync(clone.state, OTHER, OTHER);
    const foreign = await clone.submit();
    assert.equal(foreign.code, 2);
    assert.match(foreign.stderr, /state.* belongs to another user\. Set NUKE_RENDER_STATE_DIR/u);
    assert.equal(clone.marks, "");
  },
);

test("no command of nbr uses a state folder of another user", { skip: !asRoot }, async () => {
  using clone = new Clone();
  mkdirSync(clone.state);
  chownSync(clone.state, OTHER, OTHER);
  writeFileSync(
    join(clone.state, "service.lock"),
    JSON.stringify({ pid: 1, started: "", nonce: "x", host: "x", socket: join(clone.state, "evil.sock") }),
  );
  for (const call of [
    ["ps"],
    ["ps", "job"],
    ["logs", "job"],
    ["cancel", "--all"],
    ["pause", "job"],
    ["resume", "job"],
    ["priority", "job", "next"],
    ["parallel", "job", "2"],
    ["retry", "job"],
    ["service", "status"],
    ["service", "stop", "--force"],
    ["trust", "--list"],
    ["render", "shot.nk", "--demo"],
  ]) {
    const { code, stderr } = await clone.nbr(...call);
    assert.equal(code, 2, `${call.join(" ")}: ${stderr}`);
    assert.match(stderr, /belongs to another user\. Set NUKE_RENDER_STATE_DIR/u, call.join(" "));
  }
  chownSync(clone.state, 0, 0);
  chmodSync(clone.state, 0o777);
  assert.match((await clone.nbr("ps")).stderr, /Other users can write to the folder/u);
});
