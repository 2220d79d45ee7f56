/** The environment a Nuke is started in. */

/** What belongs to the editor or its runtime, and would change how a Nuke or its Python tools behave. */
const ofTheEditor = /^(?:ELECTRON_.*|VSCODE_.*|NODE_OPTIONS|NODE_CHANNEL_FD|NODE_UNIQUE_ID)$/iu;

/** An environment without what belongs to the editor; the command's own variables are set on top. */
export function nukeEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  command: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const kept = Object.entries(definedEnv(env)).filter(([name]) => !ofTheEditor.test(name));
  return { ...Object.fromEntries(kept), ...command };
}

/** The environment without the names that have no value. */
export function definedEnv(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
