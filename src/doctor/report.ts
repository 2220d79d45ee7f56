/** A diagnosis as text, for a terminal and for a bug report. */
import { count, duration } from "../plan/text/display.ts";
import { displayMB } from "../plan/text/size.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { findings } from "./findings.ts";

/** The report, line by line. */
export function reportLines(diagnosis: Diagnosis): string[] {
  const { version, editor, node, platform, nukes, settings, state, memory } = diagnosis;
  const found = findings(diagnosis);
  return [
    `Nuke Background Render ${version}`,
    ...(editor === null ? [] : [`  ${editor}`]),
    `  Node ${node}, ${platform}`,
    "",
    "Nuke",
    ...nukes.installed.map(({ version: installed, path }) => `  installed: ${installed} ${path}`),
    ...(nukes.onPath === null ? [] : [`  on PATH: ${nukes.onPath}`]),
    ...nukes.chosen.map(
      ({ forVersion, argv, how }) =>
        `  ${forVersion === null ? "scripts without a version" : `scripts of ${forVersion}`}: ${argv.length === 0 ? how : `${argv.join(" ")} (${how})`}`,
    ),
    "",
    "Settings that are not the default",
    ...settings.changed.map(({ key, value, from }) => `  ${key} = ${JSON.stringify(value)}  (${from})`),
    ...(settings.changed.length === 0 ? ["  none"] : []),
    "",
    "Memory",
    `  ${count(memory.cores, "core")}, ${displayMB(memory.totalMB)}${memory.limitMB === null ? "" : ` (limit of this container or cgroup: ${displayMB(memory.limitMB)})`}, ${displayMB(memory.freeMB)} free`,
    `  all Nukes together: ${displayMB(memory.budgetMB)}; each in addition to its cache: ${displayMB(memory.allowanceMB)}`,
    "",
    "Render service",
    ...serviceLines(diagnosis),
    `  state folder: ${state.folder}${state.freeMB === null ? "" : `, ${displayMB(state.freeMB)} free`}`,
    "",
    found.length === 0 ? "Everything fits together." : "What does not fit together",
    ...found.map((text) => `  - ${text}`),
  ];
}

function serviceLines({ service }: Diagnosis): string[] {
  if (service.kind === "none") return ["  not running; it starts with the first render"];
  if (service.kind === "unreachable") return [`  not usable: ${service.why}`];
  const { version, pid, seconds, limits, active, finished, logFile } = service;
  return [
    `  version ${version}, process ${pid}${seconds === null ? "" : `, running for ${duration(seconds)}`}`,
    `  ${count(active, "job")} not finished, ${finished} finished; ${count(limits.running, "Nuke")} running`,
    `  memory of all Nukes ${displayMB(limits.budgetMB)}${limits.budgetHeld ? " (set with nbr service budget)" : ""}`,
    `  log: ${logFile}`,
  ];
}
