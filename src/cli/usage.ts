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
  canonical SCRIPT      a script as text for git diff: one knob a line, in a stable order
  plan SCRIPT           the chunks of a render and their exact command lines; runs nothing
  render SCRIPT         render a Write, or all of them in order, split over several Nukes
  farm submit SCRIPT    send a render to the farm
  ps [JOB]              what renders now, whoever started it; --all: what is over too; JOB: its chunks
  logs JOB [-f]         what the Nukes of a job printed; -f: and go on printing
  cancel JOB…|--all     end renders; frames that are done stay
  cancel JOB --chunk N  end one chunk of it; its unfinished frames are named missing
  pause JOB, resume JOB  end a render's Nukes for now, and go on with what they had not finished
  priority JOB P|next   renders of higher priority (0 to 100) start first; next: before all others
  parallel JOB N        Nukes of a render at once, from now on
  retry JOB             render the frames that a finished job left missing
  forget JOB…           remove a job that is over, or damaged, and its logs; frames stay
  service status|stop   the render service of this user
  service budget SIZE, service parallel N   memory and Nukes of all renders together
  trust [FOLDER]        let the .vscode/settings.json of a folder decide which programs run; --list, --remove
  doctor                what a bug report needs: versions, Nukes, settings and where they are from, memory, service
  language-server --stdio   the .nk language server, for other editors

nbr COMMAND --help tells more. Settings (nukeRender.*) are read from VS Code's user settings and from the
.vscode/settings.json of this folder or one above it; what decides which programs run, only where nbr trust allowed it.`,
  doctor: `Usage: nbr doctor [--json]

Says what this machine has for rendering: the version, which Nukes are found and which one each version of script gets,
the settings that are not the default and the file each comes from, memory and its limits, the state folder, the render
service and its age, and what does not fit together. Starts nothing, and ends with 0 whatever it finds.`,
  inspect: `Usage: nbr inspect SCRIPT… [--json]

Prints a table of the Writes of each script, or with --json one JSON document a line: version, root, nodes, writes, problems.
Exit code: 0, or 2 where a script could not be read.`,
  diff: `Usage: nbr diff A B [--json] [--all]

Compares two scripts by meaning: nodes added (+), removed (-), renamed, rewired or with changed knobs (~), Root's knobs, the version.
Nodes are matched by full name, then, of what is left, by class and place. "(not written)": Nuke's default holds.
Exit code: 0 equal, 1 different, 2 bad input, or equal as far as a damaged script can be read.

  --all                compare what only shows on the screen too: positions, colors, fonts, the script's own path, Viewers,
                       window layouts
  --json               print JSON: version, root, added, removed, renamed, reclassed, recloned, rewired, changed, commands`,
  canonical: `Usage: nbr canonical SCRIPT [--all]

Prints a script as text that line tools can compare: a header line with class and full name for each node, its inputs, then its knobs,
sorted, one a line; nodes in groups are indented. For git diff, once for each repository:

  echo '*.nk diff=nuke' >> .gitattributes
  git config diff.nuke.textconv "nbr canonical"

Exit code: 0, or 2 where the script could not be read.

  --all                print what only shows on the screen too: positions, colors, fonts, Viewers, window layouts`,
  plan: `Usage: nbr plan SCRIPT [--write W] [--range R] [--split N] …

Prints the plan of a render and runs nothing. Exit code: 0, or 2 where something stands in the way.

${renderFlags}`,
  render: `Usage: nbr render SCRIPT [--write W] [--range R] [--split N] …

Renders through this user's render service, which goes on when the terminal is closed. Ctrl-C cancels.
Of several renders, the exit code is that of the first one that did not end well; those that wait for it are not started.
Exit code: 0 all frames on disk, 1 some frames missing (listed), 2 bad input, 3 no license, 130 cancelled (also by "N" when it asks
whether frames may be replaced).

${renderFlags}`,
  farm: `Usage: nbr farm submit SCRIPT [--write W] [--range R] [--batch-size K] [--threads T] [--dry-run]

Runs the studio's own submit command, an argv list in the setting nukeRender.farm.command, without a shell.
Tokens in it: {script} {write} {first} {last} {range} {threads} {batchSize} {cache} {views} {proxy} {continueOnError} {nuke};
{{ and }} are braces. {views} are their names with commas, {proxy} is script, proxy or full, {continueOnError} is true or false.
An option without its token in the command is refused, and so are those of renders here:
${flagNames((use) => use === "refused")}.
Exit code: that of the command; 2 where something stands in the way before it is started.

  --batch-size K       frames of one task (default 10)
  --dry-run            print the command line and run nothing
  --command JSON       the argv list, instead of the setting: --command '["submit", "{script}", "{range}"]'
                       (the environment variable NUKE_RENDER_FARM_COMMAND is read the same way)
  --write W, ${flagNames((use) => use !== "refused")},
  --nuke, --create-folders, --ignore, --settings, --json: see nbr render --help`,
  "language-server": `Usage: nbr language-server --stdio

The language server of .nk and .gizmo files, for editors other than VS Code: it speaks the Language Server Protocol on standard
input and output (or with --socket=PORT, --pipe=NAME).`,
  ps: `Usage: nbr ps [--all] [--json]
       nbr ps JOB [--json]

Lists the renders of this user's service, of all windows, tasks and terminals. --json prints one job a line.
With a job's name: its chunks, numbered as nbr cancel JOB --chunk N takes them.`,
  logs: `Usage: nbr logs JOB [-f] [--raw] [--json]

Prints what the Nukes of a job printed, each line with its chunk in front; with -f it goes on until the job is over.
What a terminal would obey (escape sequences, other control characters) is shown as \\x1b, also in a pipe or a file.

  --raw                print the lines exactly as the Nukes did`,
  cancel: `Usage: nbr cancel JOB… [--json]
       nbr cancel --all
       nbr cancel JOB --chunk N [--chunk N …]

Ends renders and waits for their end; frames that are done stay. With --chunk only these chunks end, or never start, and the render goes on;
what they had not finished is named missing in the end, and nbr retry renders it. nbr ps JOB numbers them.
Exit code: 0, or 2 for a job or chunk that is not there.`,
  pause: `Usage: nbr pause JOB… [--json]

Ends the Nukes of a render politely and starts no others: memory, cores and licenses are free. nbr resume goes on with what they had not
finished. Exit code: 0, or 2 for a job that is not there.`,
  priority: `Usage: nbr priority JOB P [--json]
       nbr priority JOB next

Of renders that wait for a Nuke, those of higher priority (0 to 100, 50 where nobody said otherwise) start first, among equals the one that was
submitted first. "next" puts a render before all others. Nukes at work go on in any case. Exit code: 0, or 2 for a job that is not there.`,
  parallel: `Usage: nbr parallel JOB N [--json]

How many Nukes of a render may be at work at once, from now on. Fewer: those beyond N end when their chunks are over. More start when there
are chunks that wait, and memory allows. Exit code: 0, or 2 for a job that is not there.`,
  retry: `Usage: nbr retry JOB [flags of nbr render]

Renders the frames that a finished job left missing, as a job of its own, with the Nuke, the words and all options of the render it repeats;
flags change them. Exit code: as nbr render.`,
  forget: `Usage: nbr forget JOB… [--json]

Removes jobs that are over from the list, and their logs; frames stay. So does it with a job whose own files are damaged ("interrupted,
damaged" in nbr ps). Exit code: 0, or 2 for a job that is not there or still renders.`,
  resume: `Usage: nbr resume JOB… [--json] [--ignore being-rendered]

Goes on with a paused or interrupted render. Where another render writes some of the same files by now, it says so and goes on only with
--ignore being-rendered. Exit code: 0, or 2 where it does not go on, and for a job that is not there.`,
  trust: `Usage: nbr trust [FOLDER|FILE]
       nbr trust --list [--json]
       nbr trust --remove [FOLDER|FILE]

Lets the .vscode/settings.json of a folder (default: this one, or the nearest above it) decide which programs run, with its settings as they are
now: nuke.executables, nuke.extraArguments, nuke.useDemoRenderer, memory.systemdScope, farm.command. When one of them changes, it is asked
for again. Only a file of your own, or of root, that others cannot write can be trusted; of files of other users nothing counts.
Not needed for VS Code's user settings and for files named with --settings. Exit code: 0, or 2 where it cannot be trusted.`,
  service: `Usage: nbr service status [--json]
       nbr service stop [--force]
       nbr service budget SIZE|auto [--json]
       nbr service parallel N|auto [--json]

The render service is one background process for each user; it starts when needed and ends when idle.
"stop" refuses while renders run; with --force it cancels them, and ends a service that does not answer any more.
"budget" (24G, 4096M) is the memory of all Nukes together, "parallel" how many run at once, whatever renders are submitted with. Both hold from now
on until the service ends; auto: as the settings and the machine say. Nukes at work go on.`,
};
