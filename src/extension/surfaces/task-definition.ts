/** A task of type `nuke-render`, as it stands in tasks.json. */
import * as z from "zod";
import type { OptionKind, OptionRow, TaskProperty } from "../../plan/options/kinds.ts";
import { readOption, takes } from "../../plan/options/read-option.ts";
import { optionTable } from "../../plan/options/table.ts";
import { type RenderOptions, renderOptionsSchema } from "../../plan/request.ts";

export const taskType = "nuke-render";

/** A task of tasks.json that cannot be run as it is written. */
export class TaskDefinitionError extends Error {
  readonly reason = "task-definition";
}

export interface RenderTask {
  readonly script: string;
  readonly write: string;
  readonly withNeeded: boolean;
  /** @param continueOnError what the setting says. */
  readonly options: (continueOnError: boolean) => RenderOptions;
}

const properties: readonly { option: string; kind: OptionKind; property: TaskProperty }[] =
  Object.entries<OptionRow>(optionTable).flatMap(([option, row]) =>
    row.task.map((property) => ({ option, kind: property.kind ?? row.kind, property })),
  );

/** What a task consists of in addition to the properties that stand for render options. */
const ownSchema = z.object({
  type: z.literal(taskType),
  script: z.string().min(1),
  write: z.string().min(1),
  withNeeded: z.boolean().optional(),
});

const definitionSchema = z.intersection(
  ownSchema,
  z.object(Object.fromEntries(properties.map(({ kind, property }) => [property.name, valueSchema(kind)]))),
);

/** @throws {TaskDefinitionError} that names the property that is wrong. */
export function readTask(definition: unknown): RenderTask {
  const result = definitionSchema.safeParse(definition);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw wrong(issue?.path.join(".") ?? "", issue?.message ?? "is not usable");
  }
  const { script, write, withNeeded = false, ...written } = result.data;
  const options = readOptions(written);
  return {
    script,
    write,
    withNeeded,
    options: (continueOnError) => renderOptionsSchema.parse({ continueOnError, ...options }),
  };
}

function readOptions(written: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  const nameOf = new Map<string, string>();
  for (const { option, property } of properties) {
    const value = written[property.name];
    if (value === undefined) continue;
    const before = nameOf.get(option);
    if (before !== undefined) throw wrong(property.name, `it and ${before} exclude each other`);
    nameOf.set(option, property.name);
    options[option] = property.toValue ? property.toValue(value) : value;
  }
  return options;
}

/** The value as JSON has it; what is text there is read as everywhere else. */
function valueSchema(kind: OptionKind): z.ZodType {
  switch (kind.type) {
    case "whole":
      return z.int().min(kind.least).max(kind.most).optional();
    case "boolean":
      return z.boolean().optional();
    case "list":
      return z.array(z.string()).optional();
    default:
      return z
        .string()
        .transform((text, context) => {
          const value = readOption(kind, text);
          if (value !== undefined) return value;
          context.addIssue(`takes ${takes(kind)}, not "${text}"`);
          return z.NEVER;
        })
        .optional();
  }
}

function wrong(property: string, problem: string): TaskDefinitionError {
  return new TaskDefinitionError(`tasks.json: ${property}: ${problem}. Correct the task.`);
}
