/**
 * The one table of render options. Flags and their help, the properties of a task (package.json by `npm run options`), the simple fields of
 * the form, the request's schema, what is remembered and what a farm refuses come from it. A new option is one row here, plus the code that
 * honors it.
 */
import * as z from "zod/mini";
import { type OptionRow, choice, list, order, size, split, text, toggle, whole } from "./kinds.ts";
import {
  DEFAULT_PRIORITY,
  DEFAULT_RETRIES,
  bounds,
  dealSchema,
  onlySchema,
  overwriteSchema,
  proxyModeSchema,
  whileRenderingSchema,
} from "./values.ts";

const chunks = {
  kind: { type: "whole", ...bounds.chunks },
  toValue: (count: unknown) => ({ by: "chunks", count }),
} as const;
const framesPerChunk = {
  kind: { type: "whole", ...bounds.framesPerChunk },
  toValue: (frames: unknown) => ({ by: "frames", size: frames }),
} as const;

const proxyMode = choice(proxyModeSchema, {
  script: ["As in the script"],
  full: ["Full size"],
  proxy: ["Proxy"],
});

export const optionTable = {
  /** In Nuke's own syntax; empty or absent: the Write's limit, else the script's range. */
  range: {
    ...text,
    help: "Frames in Nuke's syntax: 1-100, 1-100x2, 1 3 5-9",
    byDefault: "the Write's own limit, else the script's range",
    flags: [
      { name: "range", placeholder: "R", note: 'Quote spaces ("1 3 5-9"); negative ones as --range=-8--5.' },
    ],
    task: [{ name: "range" }],
    form: { control: "special", label: "Frame range", hint: "As 1-10, 1-10x2 or 1 3 5-9." },
    farm: "range",
  },
  only: {
    ...choice(onlySchema, {
      all: ["All of the range", "all of them"],
      missing: ["Only those that are missing", "those that are not on disk"],
      outdated: ["Those missing or older than the script", "those, and those older than the script"],
    }),
    help: "Which frames of the range",
    byDefault: "all",
    flags: [{ name: "only", placeholder: "WHICH" }],
    task: [{ name: "only" }],
    form: { control: "special", label: "Frames" },
    farm: "range",
    // The next click is to render what it says.
    remembered: false,
  },
  overwrite: {
    ...choice(overwriteSchema, {
      "ask-once": ["Ask once", "say what is replaced, and ask"],
      always: ["Replace them", "say so and replace"],
      never: ["Refuse to replace any", "refuse"],
      "newer-script-only": ["Keep those newer than the script", "keep those that are newer than the script"],
    }),
    help: "What to do about frames that are on disk",
    byDefault: "the setting nukeRender.overwrite, else ask-once",
    flags: [
      {
        name: "overwrite",
        placeholder: "MODE",
        note: "Without a terminal, or with --json, ask-once goes on; never ends with exit code 2.",
      },
    ],
    task: [{ name: "overwrite", note: "A task does not ask: with ask-once it prints what it replaces." }],
    form: { control: "field", label: "Frames on disk", more: true },
    farm: "plan",
  },
  /** Absent: the machine decides. */
  split: {
    ...split,
    help: "Divide the range into chunks",
    byDefault: "automatic distribution as Nukes become free",
    flags: [
      {
        ...chunks,
        name: "split",
        placeholder: "N",
        help: "Divide the range into N chunks (default: frames are distributed as Nukes become free, large chunks first, then smaller ones, in blocks from all over the range)",
      },
      {
        ...framesPerChunk,
        name: "chunk-size",
        placeholder: "K",
        help: "Or into chunks of K frames",
        farm: "batchSize",
      },
      {
        ...framesPerChunk,
        name: "batch-size",
        placeholder: "K",
        help: "The same, by its name on a farm",
        farm: "batchSize",
      },
    ],
    task: [
      {
        ...chunks,
        name: "split",
        help: "Divide the range into this many contiguous chunks. Default: frames are distributed as Nukes become free",
      },
      { ...framesPerChunk, name: "chunkSize", help: "Or into chunks of this many frames" },
    ],
    form: { control: "special", label: "Split" },
    farm: "refused",
    movie: false,
  },
  /** With `auto`, the chunks of `split` are the number of parallel Nukes. */
  deal: {
    ...choice(dealSchema, {
      split: ["Chunks", "contiguous chunks"],
      chunks: ["Frames per chunk", "chunks of the size that was given"],
      auto: ["Automatic", "as Nukes become free, whatever a setting says"],
    }),
    help: "How frames are distributed among Nukes",
    byDefault: "as the number or the size of chunks says where there is one, else auto",
    flags: [{ name: "deal", placeholder: "WAY" }],
    task: [{ name: "deal" }],
    form: { control: "special", label: "Split" },
    farm: "refused",
    movie: false,
  },
  warm: {
    ...toggle,
    help: "Keep Nukes open between frames: each opens the script once, and gets frames when it is free. Not for movies",
    byDefault: "no",
    flags: [{ name: "warm", sets: true }],
    task: [{ name: "warm" }],
    form: {
      control: "field",
      label: "Keep Nukes open between frames",
      hint: "Each Nuke opens the script once, and gets the next frames when it is free. Worth it where opening takes long, or frames do not all cost the same.",
    },
    farm: "refused",
    movie: false,
  },
  order: {
    ...order,
    help: "Which frames first: forward, backward, ends (first, middle and last, then the rest), every:N (each N-th, then the rest)",
    byDefault: "forward",
    flags: [{ name: "order", placeholder: "O" }],
    task: [{ name: "order" }],
    form: { control: "special", label: "Order" },
    farm: "refused",
    movie: false,
  },
  priority: {
    ...whole(bounds.priority),
    help: "0 to 100: of renders that wait for a Nuke, those of higher priority start first",
    byDefault: String(DEFAULT_PRIORITY),
    flags: [{ name: "priority", placeholder: "P" }],
    task: [{ name: "priority" }],
    form: {
      control: "field",
      label: "Priority",
      hint: "0 to 100. Of renders that wait, higher ones start first.",
      more: true,
    },
    farm: "refused",
  },
  parallel: {
    ...whole(bounds.parallel),
    help: "Parallel Nukes",
    byDefault: "as many as there are chunks, and as fit in memory",
    flags: [{ name: "parallel", placeholder: "P" }],
    task: [{ name: "parallel" }],
    form: { control: "field", label: "Parallel Nukes" },
    farm: "refused",
  },
  /** `-m` of Nuke. */
  threads: {
    ...whole(bounds.threads),
    help: "Threads of each Nuke",
    byDefault: "the cores, shared among the Nukes",
    flags: [{ name: "threads", placeholder: "T" }],
    task: [{ name: "threads" }],
    form: { control: "field", label: "Threads per Nuke" },
    farm: "threads",
  },
  /** `-c` of Nuke. */
  cacheMB: {
    ...size(bounds.cacheMB),
    help: "Image cache of each Nuke: 4G, 4096M",
    byDefault: "the memory budget, shared among the Nukes",
    flags: [{ name: "cache", placeholder: "SIZE" }],
    task: [{ name: "cache" }],
    form: { control: "field", label: "Cache per Nuke", hint: "As 4G, 4096M or 800 (MB)." },
    farm: "cache",
  },
  /** Empty is the same as absent. */
  views: {
    ...list,
    help: "Render only these views",
    byDefault: "those chosen in the Write",
    flags: [{ name: "views", placeholder: "left,right", commas: true, note: "May be repeated." }],
    task: [{ name: "views" }],
    form: { control: "special", label: "Views" },
    farm: "views",
  },
  proxy: {
    ...proxyMode,
    schema: z._default(proxyModeSchema, "script"),
    help: "Proxy or full size, whatever the script says",
    byDefault: "script",
    flags: [
      { name: "proxy", sets: "proxy", help: "Proxy size, whatever the script says" },
      { name: "full", sets: "full", help: "Full size, whatever the script says" },
    ],
    task: [{ name: "proxy" }],
    form: { control: "special", label: "Size" },
    farm: "proxy",
  },
  continueOnError: {
    ...toggle,
    schema: z._default(z.boolean(), false),
    help: "Go on with the next frame after an error, in the same Nuke (otherwise in a new one)",
    byDefault: "the setting nukeRender.render.continueOnError",
    flags: [{ name: "continue-on-error", sets: true }],
    task: [{ name: "continueOnError" }],
    form: {
      control: "field",
      label: "Continue on error",
      hint: "A frame that fails is reported; the frames after it are still rendered.",
    },
    farm: "continueOnError",
  },
  retries: {
    ...whole(bounds.retries),
    help: "How often a failed frame is rendered again, alone; 0: never",
    byDefault: String(DEFAULT_RETRIES),
    flags: [{ name: "retries", placeholder: "N" }],
    task: [{ name: "retries" }],
    form: {
      control: "field",
      label: "Retries",
      hint: "How often a failed frame is rendered again, alone. 0: never.",
      more: true,
    },
    farm: "refused",
  },
  whileRendering: {
    ...choice(whileRenderingSchema, {
      copy: ["Render the rest from a copy", "the rest is rendered from a copy of what it was"],
      hold: ["Wait until the render is resumed", "wait until the render is resumed"],
      "go-on": ["Go on with what was saved", "the rest is rendered from what was saved"],
    }),
    help: "What to do when the script is saved while it renders",
    byDefault: "the setting nukeRender.script.whileRendering, else copy",
    flags: [{ name: "while-rendering", placeholder: "W" }],
    task: [{ name: "whileRendering" }],
    form: { control: "field", label: "When the script is saved meanwhile", more: true },
    farm: "refused",
  },
  /** Switches for Nuke, placed before the script (for example `-i` or `--gpu`). */
  extraArguments: {
    ...list,
    help: "Extra Nuke arguments, placed before the script, in addition to those of the setting nukeRender.nuke.extraArguments",
    byDefault: "none",
    flags: [
      {
        name: "nuke-argument",
        placeholder: "A",
        note: "With an equals sign, such as --nuke-argument=-i; may be repeated.",
      },
    ],
    task: [{ name: "extraArguments" }],
    form: {
      control: "setting",
      label: "Extra Nuke arguments",
      setting: "nukeRender.nuke.extraArguments",
    },
    farm: "refused",
    // They come from the settings each time.
    remembered: false,
  },
} as const satisfies Record<string, OptionRow>;

export type OptionName = keyof typeof optionTable;
