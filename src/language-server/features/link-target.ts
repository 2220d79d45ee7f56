/** Which files a link may open: those an editor shows. Everything else is shown in its folder, and starts nothing. */
import { dirname, extname } from "node:path";

const shown = new Set(
  [
    "exr sxr dpx cin png jpg jpeg jpe tif tiff tga targa bmp gif hdr rgbe pic sgi rgb rgba iff psd psb webp avif heic jp2 j2k xpm yuv",
    "dng cr2 cr3 nef arw raf orf ari arx r3d braw mov mp4 m4v avi mxf mkv webm mpg mpeg wav aif aiff mp3 flac",
    "nk gizmo autosave nknc gznc nkind cube 3dl csp spi1d spi3d spimtx cc ccc cdl clf ctf lut blut vf mga m3d itx look ocio icc icm",
    "txt log json xml yaml yml csv edl ale fcpxml otio chan obj mtl abc fbx usd usda usdc usdz ply ass vdb nkpc ttf otf ttc pfb",
  ].flatMap((line) => line.split(" ")),
);

/** Folders that a system opens as one thing: programs, installers, automations. */
const bundle =
  /\.(?:app|appex|bundle|framework|kext|plugin|component|prefpane|m?pkg|workflow|action|scptd|xpc|saver|qlgenerator|mdimporter|wdgt|service|dist|terminal|\{[\da-f-]+\})$/iu;

export function opensInEditor(path: string): boolean {
  return shown.has(extname(path).slice(1).toLowerCase()) && outsideBundles(path) === path;
}

/** The path itself, or the folder that holds the outermost bundle it is, or is in. */
export function outsideBundles(path: string): string {
  let outside = path;
  for (let part = path; dirname(part) !== part; part = dirname(part))
    if (bundle.test(part)) outside = dirname(part);
  return outside;
}
