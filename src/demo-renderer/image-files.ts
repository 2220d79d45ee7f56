/** Encodes pictures in the file types of a Write. */
import { readFileSync } from "node:fs";
import {
  CompressionMethod,
  SamplePrecision,
  initSync,
  writeExrRgb,
} from "exrs/node_modules/exrs-raw-wasm-bindgen/exrs_raw_wasm_bindgen.js";
import { encode as encodePng } from "fast-png";
import jpeg from "jpeg-js";
import { exrFile } from "../paths.ts";
import type { Picture } from "./picture.ts";

const encoders: Record<string, (picture: Picture) => Uint8Array> = {
  png: ({ width, height, pixels }) => encodePng({ width, height, data: pixels, channels: 3, depth: 8 }),
  jpg: encodeJpeg,
  jpeg: encodeJpeg,
  exr: encodeExr,
  sxr: encodeExr,
  tif: encodeTiff,
  tiff: encodeTiff,
  dpx: encodeDpx,
};

/** The bytes of a picture; null if this file type is not supported. */
export function encodeImage(type: string, picture: Picture): Uint8Array | null {
  return encoders[type]?.(picture) ?? null;
}

export function encodeJpeg({ width, height, pixels }: Picture): Uint8Array {
  const data = new Uint8Array(width * height * 4);
  for (let at = 0, to = 0; at < pixels.length; at += 3, to += 4) {
    data.set(pixels.subarray(at, at + 3), to);
    data[to + 3] = 255;
  }
  return jpeg.encode({ width, height, data }, 88).data;
}

let exrReady = false;

function encodeExr({ width, height, pixels }: Picture): Uint8Array {
  if (!exrReady) initSync({ module: readFileSync(exrFile()) });
  exrReady = true;
  // EXR stores linear light; the picture has display values.
  const linear = Float32Array.from(pixels, (value) => (value / 255) ** 2.2);
  return writeExrRgb(width, height, undefined, linear, SamplePrecision.F16, CompressionMethod.Zip16);
}

function encodeTiff({ width, height, pixels }: Picture): Uint8Array {
  const tags: [number, number, number, number][] = [
    [256, 4, 1, width],
    [257, 4, 1, height],
    [258, 3, 3, 134],
    [259, 3, 1, 1],
    [262, 3, 1, 2],
    [273, 4, 1, 140],
    [277, 3, 1, 3],
    [278, 4, 1, height],
    [279, 4, 1, pixels.length],
    [284, 3, 1, 1],
  ];
  const file = Buffer.alloc(140 + pixels.length);
  file.write("II*\0", 0, "latin1");
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(tags.length, 8);
  tags.forEach(([tag, type, count, value], index) => {
    const at = 10 + index * 12;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(count, at + 4);
    file.writeUInt32LE(value, at + 8);
  });
  for (const at of [134, 136, 138]) file.writeUInt16LE(8, at);
  file.set(pixels, 140);
  return file;
}

/** SMPTE 268M, 10 bits in 32-bit words, the usual format of plates. */
function encodeDpx({ width, height, pixels }: Picture): Uint8Array {
  const file = Buffer.alloc(2048 + width * height * 4, 0xff);
  file.write("SDPX", 0, "latin1");
  file.writeUInt32BE(2048, 4);
  file.write("V1.0\0", 8, "latin1");
  file.writeUInt32BE(file.length, 16);
  file.fill(0, 36, 768);
  file.writeUInt32BE(0xff_ff_ff_ff, 660);
  file.writeUInt16BE(0, 768);
  file.writeUInt16BE(1, 770);
  file.writeUInt32BE(width, 772);
  file.writeUInt32BE(height, 776);
  file.writeUInt32BE(0, 780);
  file.writeUInt8(50, 800);
  file.writeUInt8(2, 801);
  file.writeUInt8(2, 802);
  file.writeUInt8(10, 803);
  file.writeUInt16BE(1, 804);
  file.writeUInt16BE(0, 806);
  file.writeUInt32BE(2048, 808);
  for (let at = 0, to = 2048; at < pixels.length; at += 3, to += 4) {
    const [r, g, b] = [pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0];
    file.writeUInt32BE(((r << 24) | (g << 14) | (b << 4)) >>> 0, to);
  }
  return file;
}
