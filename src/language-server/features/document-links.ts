import { basename, dirname, isAbsolute, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { DocumentLink } from "vscode-languageserver";
import * as z from "zod/mini";
import { frameFile, frameReader, hasFrameToken } from "../../plan/frames/frame-file.ts";
import type { Disk } from "../core/disk.ts";
import type { Steps } from "../../script/steps.ts";
import type { Feature } from "../core/feature.ts";
import { expandKnob, fileKnobs, firstFrame, firstView } from "../core/file-knobs.ts";
import type { NkDocument } from "../core/nk-document.ts";
import { answer } from "../core/time-slicing.ts";
import { nodeAt } from "../core/positions.ts";
import { opensInEditor, outsideBundles } from "./link-target.ts";

/** What finds the knob of a link again. */
const linkSchema = z.object({ uri: z.string(), offset: z.number(), value: z.string() });
type LinkData = z.infer<typeof linkSchema>;

/** Links on file names. The disk is accessed only when the user follows a link. */
export const documentLinksFeature: Feature = {
  capabilities: { documentLinkProvider: { resolveProvider: true } },
  register: ({ connection, scripts, disk }) => {
    connection.onDocumentLinks(async ({ textDocument }, token) => {
      const document = scripts.get(textDocument.uri);
      if (document === undefined) return null;
      return await answer(document, token, links(document));
    });
    connection.onDocumentLinkResolve(async (link) => {
      const read = linkSchema.safeParse(link.data);
      const document = read.success ? scripts.get(read.data.uri) : undefined;
      if (!read.success || document === undefined) return link;
      return { ...link, ...(await targetOf(document, read.data, disk)) };
    });
  },
};

function* links(document: NkDocument): Steps<DocumentLink[]> {
  const { script, uri } = document;
  const found: DocumentLink[] = [];
  for (const node of script.root ? [script.root, ...script.nodes] : script.nodes) {
    for (const { start, end, value } of fileKnobs(script.text, node)) {
      const offset = node.place.start + start;
      const data: LinkData = { uri, offset, value };
      found.push({ range: document.rangeAt(offset, node.place.start + end), data });
    }
    yield;
  }
  return found;
}

async function targetOf(
  document: NkDocument,
  { offset, value }: LinkData,
  disk: Disk,
): Promise<Pick<DocumentLink, "target" | "tooltip">> {
  const { script } = document;
  const node = nodeAt(script, offset);
  if (!node) return {};
  const { file, why } = expandKnob(document, node, value);
  if (file === null) return { tooltip: `Only Nuke knows which file this is: ${why}.` };
  // Nothing says where it lies: the document has no path, or it is one of another system.
  if (!isAbsolute(file)) return { tooltip: file };
  if (!(await disk.mayTouch(file)))
    return {
      tooltip: `It may be on another machine, and is not accessed until the folder is trusted: ${file}`,
    };
  const found = await nearest(file, firstFrame(script, node), firstView(script, node), disk);
  if (found === null) return { tooltip: `Neither the file nor its folder exists: ${file}` };
  const opened = await openable(found, disk);
  if (opened !== null) return { target: pathToFileURL(opened).href, tooltip: found };
  const folder = await folderToShow(found, disk);
  // A slash at its end tells editors that it is a folder, to be shown and not opened.
  const { href } = pathToFileURL(folder);
  return { target: href.endsWith("/") ? href : `${href}/`, tooltip: found };
}

/** The file, where it is one, under its own name and that behind links, which an editor shows. */
async function openable(path: string, disk: Disk): Promise<string | null> {
  const real = await disk.realPath(path);
  if (real === null || !(await disk.stat(path))?.isFile()) return null;
  return opensInEditor(path) && opensInEditor(real) ? path : null;
}

/** The file of the frame, or of the nearest one that is there; else the folder, or the nearest one above it; null where there is none. */
async function nearest(file: string, frame: number, view: string, disk: Disk): Promise<string | null> {
  const wanted = frameFile(file, frame, view);
  if ((await disk.stat(wanted)) !== null) return wanted;
  let folder = dirname(wanted);
  const inFolder = await disk.names(folder);
  if (inFolder && hasFrameToken(file)) {
    const near = nearestFrame(inFolder, basename(file), frame, view);
    if (near !== null) return join(folder, near);
  }
  // Up, but not to the disk's root: that is useless.
  while ((await disk.stat(folder)) === null) {
    const above = dirname(folder);
    if (above === folder || dirname(above) === above) return null;
    folder = above;
  }
  return folder;
}

/** The name in a folder that is a frame of the pattern, nearest to the one wanted. */
export function nearestFrame(
  names: readonly string[],
  pattern: string,
  frame: number,
  view: string,
): string | null {
  const frameOf = frameReader(pattern, view);
  let best: { name: string; distance: number } | null = null;
  for (const name of names) {
    const number = frameOf(name);
    if (number === null) continue;
    const distance = Math.abs(number - frame);
    if (best === null || distance < best.distance) best = { name, distance };
  }
  return best?.name ?? null;
}

/** The folder itself, or the one that holds a file; never a bundle, nor a link to one: other editors may open what they are given. */
async function folderToShow(path: string, disk: Disk): Promise<string> {
  const isFolder = (await disk.stat(path))?.isDirectory() ?? false;
  const real = isFolder ? await disk.realPath(path) : null;
  return outsideBundles(real !== null && outsideBundles(real) === real ? path : dirname(path));
}
