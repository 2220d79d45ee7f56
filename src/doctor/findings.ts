/** What does not fit together, and what to do about it. Pure. */
import { displayMB } from "../plan/text/size.ts";
import type { Diagnosis } from "./diagnosis.ts";

/** Less free space than this in the state folder stops renders soon, MB. */
const LITTLE_SPACE_MB = 512;

/** One sentence or two for each; empty: nothing was found. */
export function findings(diagnosis: Diagnosis): string[] {
  return [
    ...nukeFindings(diagnosis),
    ...diagnosis.settings.ignored,
    ...serviceFindings(diagnosis),
    ...memoryFindings(diagnosis),
  ];
}

function nukeFindings({ nukes }: Diagnosis): string[] {
  const missing = nukes.chosen.filter(({ argv, forVersion }) => argv.length === 0 && forVersion !== null);
  const wrong = missing.map(
    ({ forVersion, how }) => `Scripts of Nuke ${forVersion} cannot be rendered: ${how}`,
  );
  const demo = nukes.chosen.some(({ how }) => how.includes("useDemoRenderer"));
  if (demo)
    return [
      ...wrong,
      "The demo renderer is on: renders are test pictures. Turn nukeRender.nuke.useDemoRenderer off to use Nuke.",
    ];
  const none = nukes.chosen.every(({ argv }) => argv.length === 0) && missing.length === 0;
  return none
    ? [
        "No Nuke was found. Set nukeRender.nuke.executables to its path, or use Nuke Render: Choose Nuke… in VS Code.",
      ]
    : wrong;
}

function serviceFindings({ service, version, state }: Diagnosis): string[] {
  const found: string[] = [];
  if (service.kind === "unreachable") found.push(`The render service cannot be used: ${service.why}`);
  if (service.kind === "running" && service.version !== version)
    found.push(
      `The render service is version ${service.version}, this is ${version}. It is replaced when nothing renders; nbr service stop ends it now.`,
    );
  if (state.freeMB !== null && state.freeMB < LITTLE_SPACE_MB)
    found.push(
      `Only ${displayMB(state.freeMB)} are free for the state folder ${state.folder}. Renders wait when its disk is full: free some space.`,
    );
  return found;
}

function memoryFindings({ memory, settings }: Diagnosis): string[] {
  const asked = settings.changed.find(({ key }) => key === "nukeRender.memory.budget");
  const found: string[] = [];
  if (asked !== undefined && memory.budgetMB >= memory.totalMB)
    found.push(
      `nukeRender.memory.budget is all of the machine's ${displayMB(memory.totalMB)} or more: leave some for the system.`,
    );
  if (memory.budgetMB < memory.allowanceMB)
    found.push(
      `All Nukes together may take ${displayMB(memory.budgetMB)}, and one is estimated to need ${displayMB(memory.allowanceMB)} in addition to its cache: only one will run at a time.`,
    );
  return found;
}
