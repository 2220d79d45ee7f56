/** The environment a Nuke is started in. */

/** What belongs to the editor or its runtime, and would change how a Nuke or its Python tools behave. */
const ofTheEditor = /^(?:ELECTRON_.*|VSCODE_.*|NODE_OPTIONS|NODE_CHANNEL_FD|NODE_UNIQUE_ID)$/iu;

/** An environment without what belongs to the editor; the command's own variables are set on top. */
export function nukeEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  command: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const kept = Object.entries(env).flatMap(([name, value]): [string, string][] =>
    value === undefined || ofTheEditor.test(name) ? [] : [[name, value]],
  );
  return { ...Object.fromEntries(kept), ...command };
}
