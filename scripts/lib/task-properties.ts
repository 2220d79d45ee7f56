/** What package.json says of tasks of type `nuke-render`. */
import { taskProperties } from "../../src/plan/options/describe.ts";
import { optionTable } from "../../src/plan/options/table.ts";
import { taskType } from "../../src/extension/surfaces/task-definition.ts";

const script = {
  type: "string",
  description: "The Nuke script; relative to the workspace folder or absolute.",
};
const write = {
  type: "string",
  description: "Full name of the Write node, such as Write1 or Group1.Write1.",
};
const withNeeded = {
  type: "boolean",
  description:
    "Render the Writes whose files this one reads before it, where those are missing or older than the script. Default: false.",
};

/** `contributes.taskDefinitions` of package.json. */
export function taskDefinitions(): object[] {
  return [
    {
      type: taskType,
      required: ["script", "write"],
      properties: { script, write, withNeeded, ...taskProperties(optionTable) },
    },
  ];
}
