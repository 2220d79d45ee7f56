import type { FarmUse } from "../plan/options/kinds.ts";
import { optionFlags, renderFlagsHelp } from "./flag-table.ts";

const renderFlags = renderFlagsHelp();

function flagNames(passes: (use: FarmUse) => boolean): string {
  return optionFlags
    .flatMap(({ row, flag }) => (passes(flag.farm ?? row.farm) ? [`--${flag.name}`] : []))
    .join(", ");
}

export const usage: Record<string, string> = {
  "": `nbr: render Nuke Write nodes in the background

Usage: nbr COMMAND …

  inspect SCRIPT…       what is in a script: nodes, knobs, Writes
  diff A B              what changed between two scripts: nodes, connections, knobs
  canonical SCRIPT      a script as text for git diff: one knob per line, in a stable order
  plan SCRIPT           the chunks of a render and their exact command lines; runs nothing
  render SCRIPT         render a Write, or all of them in dependency order, with several Nukes
  farm submit SCRIPT    send a render to the farm
  ps [JOB]              current renders of this user; --all: finished ones, too; JOB: its chunks
  logs JOB [-f]         the output of a job's Nukes; -f: follow it
  cancel JOB…|--all     end renders; finished frames stay
  cancel JOB --chunk N  end one chunk; its unfinished frames are reported as missing
  pause JOB, resume JOB  stop a render's Nukes for now, and continue with the unfinished frames
  priority JOB P|next   renders of higher priority (0 to 100) start first; next: before all others
  parallel JOB N        number of parallel Nukes of a render, from now on
  retry JOB             render the frames that a finished job left missing
  forget JOB…           remove a finished or damaged job and its logs; frames stay
  service status|stop   the render service of this user
  service budget SIZE, service parallel N   memory and Nukes of all renders together
  trust [FOLDER]        let the .vscode/settings.json of a folder choose programs; --list, --remove
  doctor                for bug reports: versions, Nukes, settings and their files, memory, service
  language-server --stdio   the .nk language server, for other editors

nbr COMMAND --help shows more. Settings (nukeRender.*) are read from VS Code's user settings and from the
.vscode/settings.json of this folder or one above it. Settings there that choose programs count only after nbr trust.`,
  doctor: `Usage: nbr doctor [--json]

Reports what this machine has for rendering: the version, which Nukes are found and which one each script version gets,
settings that are not the default and the file each comes from, memory and its limits, the state folder, the render
service and its age, and conflicts between them. Starts nothing. Exit code: always 0.`,
  inspect: `Usage: nbr inspect SCRIPT… [--json]

Prints a table of the Writes of each script, or with --json one JSON document per line: version, root, nodes, writes, problems.
Exit code: 0, or 2 if a script could not be read.`,
  diff: `Usage: nbr diff A B [--json] [--all]

Compares two scripts by meaning: added (+) and removed (-) nodes, renamed, rewired or changed nodes (~), Root's knobs, the version.
Nodes are matched by full name first, then by class and position in the script. "(not written)" means Nuke's default.
Exit code: 0 equal, 1 different, 2 bad input, or a damaged script with no difference in its readable part.

  --all                also compare what does not change the picture: positions, colors, fonts, the script's own path, Viewers,
                       window layouts
  --json               print JSON: version, root, added, removed, renamed, reclassed, recloned, rewired, changed, commands`,
  canonical: `Usage: nbr canonical SCRIPT [--all]

Prints a script as text that line-based tools can compare: a header line with class and full name for each node, its inputs, then its
knobs, sorted, one per line. Nodes in groups are indented. For git diff, run once in each repository:

  echo '*.nk diff=nuke' >> .gitattributes
  git config diff.nuke.textconv "nbr canonical"

Exit code: 0, or 2 if the script could not be read.

  --all                also print what does not change the picture: positions, colors, fonts, Viewers, window layouts`,
  plan: `Usage: nbr plan SCRIPT [--write W] [--range R] [--split N] …

Prints the plan of a render and runs nothing. Exit code: 0, or 2 if an error prevents the render.

${renderFlags}`,
  render: `Usage: nbr render SCRIPT [--write W] [--range R] [--split N] …

Renders with this user's render service, which continues when the terminal is closed. Ctrl-C cancels.
For several renders, the exit code is that of the first one that failed; the renders that depend on it are not started.
Exit code: 0 all frames on disk, 1 some frames missing (listed), 2 bad input, 3 no license, 130 cancelled (also if you answer "N" to
replacing frames).

${renderFlags}`,
  farm: `Usage: nbr farm submit SCRIPT [--write W] [--range R] [--batch-size K] [--threads T] [--dry-run]

Runs your studio's submit command, the argument list in the setting nukeRender.farm.command, without a shell.
Tokens: {script} {write} {first} {last} {range} {threads} {batchSize} {cache} {views} {proxy} {continueOnError} {nuke};
{{ and }} stand for braces. {views} is a comma-separated list, {proxy} is script, proxy or full, {continueOnError} is true or false.
An option is refused if the command has no token for it. Options of local renders are refused, too:
${flagNames((use) => use === "refused")}.
Exit code: that of the command; 2 if an error prevents starting it.

  --batch-size K       frames of one farm task (default 10)
  --dry-run            print the command line and run nothing
  --command JSON       the argument list, instead of the setting: --command '["submit", "{script}", "{range}"]'
                       (the environment variable NUKE_RENDER_FARM_COMMAND works the same way)
  --write W, ${flagNames((use) => use !== "refused")},
  --nuke, --create-folders, --ignore, --settings, --json: see nbr render --help`,
  "language-server": `Usage: nbr language-server --stdio

The language server for .nk and .gizmo files, for editors other than VS Code. It speaks the Language Server Protocol on standard
input and output (or with --socket=PORT, --pipe=NAME).`,
  ps: `Usage: nbr ps [--all] [--json]
       nbr ps JOB [--json]

Lists the renders of this user's service, from all windows, tasks and terminals. --json prints one job per line.
With a job's name: its chunks, with the numbers for nbr cancel JOB --chunk N.`,
  logs: `Usage: nbr logs JOB [-f] [--raw] [--json]

Prints the output of a job's Nukes, with the chunk in front of each line; with -f until the job has finished.
Escape sequences and other control characters are shown as text, such as \\x1b, also in a pipe or a file.

  --raw                print the lines exactly as the Nukes did`,
  cancel: `Usage: nbr cancel JOB… [--json]
       nbr cancel --all
       nbr cancel JOB --chunk N [--chunk N …]

Ends renders and waits until they have ended; finished frames stay. With --chunk, only these chunks end or never start, and the render
continues. Their unfinished frames are reported as missing, and nbr retry renders them. nbr ps JOB shows the numbers.
Exit code: 0, or 2 for an unknown job or chunk.`,
  pause: `Usage: nbr pause JOB… [--json]

Stops the Nukes of a render gracefully and starts no more. This frees memory, cores and licenses. nbr resume continues with the
unfinished frames. Exit code: 0, or 2 for an unknown job.`,
  priority: `Usage: nbr priority JOB P [--json]
       nbr priority JOB next

Queued renders of higher priority (0 to 100, default 50) start first; among equals, the one submitted first. "next" puts a render before
all others. Running Nukes always continue. Exit code: 0, or 2 for an unknown job.`,
  parallel: `Usage: nbr parallel JOB N [--json]

Sets the number of parallel Nukes of a render, from now on. If you lower it, extra Nukes finish their chunks first. If you raise it, more
Nukes start when chunks are queued and memory allows. Exit code: 0, or 2 for an unknown job.`,
  retry: `Usage: nbr retry JOB [flags of nbr render]

Renders the frames that a finished job left missing, as a new job with the same Nuke, arguments and options. Flags change them.
Exit code: as nbr render.`,
  forget: `Usage: nbr forget JOB… [--json]

Removes finished jobs and their logs from the list, and jobs whose own files are damaged ("interrupted, damaged" in nbr ps). Frames stay.
Exit code: 0, or 2 for a job that is unknown or still renders.`,
  resume: `Usage: nbr resume JOB… [--json] [--ignore being-rendered]

Continues a paused or interrupted render. If another render now writes some of the same files, it says so and continues only with
--ignore being-rendered. Exit code: 0, or 2 if it does not continue or the job is unknown.`,
  trust: `Usage: nbr trust [FOLDER|FILE]
       nbr trust --list [--json]
       nbr trust --remove [FOLDER|FILE]

Lets the .vscode/settings.json of a folder (default: this one, or the nearest above it) choose programs, with its current settings:
nuke.executables, nuke.extraArguments, nuke.useDemoRenderer, memory.systemdScope, farm.command. If one of them changes, you have to trust
the file again. Only a file that belongs to you or root, and that others cannot write to, can be trusted. Nothing in another user's file
counts. VS Code's user settings and files named with --settings need no trust. Exit code: 0, or 2 if the file cannot be trusted.`,
  service: `Usage: nbr service status [--json]
       nbr service stop [--force]
       nbr service budget SIZE|auto [--json]
       nbr service parallel N|auto [--json]

The render service is one background process per user. It starts when needed and ends when idle.
"stop" refuses while renders run. With --force it cancels them, and it ends a service that no longer responds.
"budget" (24G, 4096M) limits the memory of all Nukes together, "parallel" their number, for all renders. Both apply until the service ends;
"auto" restores what the settings and the machine allow. Running Nukes continue.`,
};
