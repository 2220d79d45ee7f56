/** A QuickTime file of JPEG frames, written from the first frame to the last by one process. */
import { closeSync, openSync, writeSync } from "node:fs";

export class MovieFile {
  readonly #file: number;
  readonly #sizes: number[] = [];
  readonly #width: number;
  readonly #height: number;
  readonly #fps: number;
  #end = 0;

  constructor(path: string, width: number, height: number, fps: number) {
    this.#file = openSync(path, "w");
    [this.#width, this.#height, this.#fps] = [width, height, fps];
    this.#write(atom("ftyp", text("qt  "), u32(0x20050300), text("qt  ")));
    // The length of mdat is filled in at the end.
    this.#write(Buffer.concat([u32(0), text("mdat")]));
  }

  add(jpeg: Uint8Array): void {
    this.#sizes.push(jpeg.length);
    this.#write(Buffer.from(jpeg));
  }

  /** Writes the index at the end, without which the file is not a movie. */
  close(): void {
    const start = 20 + 8;
    writeSync(this.#file, u32(this.#end - 20), 0, 4, 20);
    this.#write(this.#index(start));
    closeSync(this.#file);
  }

  #write(bytes: Buffer): void {
    writeSync(this.#file, bytes, 0, bytes.length, this.#end);
    this.#end += bytes.length;
  }

  #index(start: number): Buffer {
    const scale = Math.round(this.#fps * 100);
    const duration = this.#sizes.length * 100;
    const matrix = Buffer.concat([0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000].map(u32));
    const handler = (type: string, subtype: string): Buffer =>
      atom("hdlr", u32(0), text(type), text(subtype), Buffer.alloc(13));
    const data = atom("dinf", atom("dref", u32(0), u32(1), atom("alis", u32(1))));
    const media = atom(
      "mdia",
      atom("mdhd", u32(0), u32(0), u32(0), u32(scale), u32(duration), u16(0), u16(0)),
      handler("mhlr", "vide"),
      atom(
        "minf",
        atom("vmhd", u32(1), Buffer.alloc(8)),
        handler("dhlr", "alis"),
        data,
        this.#sampleTable(start),
      ),
    );
    const track = atom(
      "trak",
      atom(
        "tkhd",
        u32(3),
        u32(0),
        u32(0),
        u32(1),
        u32(0),
        u32(duration),
        Buffer.alloc(16),
        matrix,
        u32(this.#width << 16),
        u32(this.#height << 16),
      ),
      media,
    );
    const header = atom(
      "mvhd",
      u32(0),
      u32(0),
      u32(0),
      u32(scale),
      u32(duration),
      u32(0x10000),
      u16(0x100),
      Buffer.alloc(10),
      matrix,
      Buffer.alloc(24),
      u32(2),
    );
    return atom("moov", header, track);
  }

  /** Where each frame lies. */
  #sampleTable(start: number): Buffer {
    const entry = atom(
      "jpeg",
      Buffer.alloc(6),
      u16(1),
      Buffer.alloc(16),
      u16(this.#width),
      u16(this.#height),
      u32(0x480000),
      u32(0x480000),
      u32(0),
      u16(1),
      Buffer.alloc(32),
      u16(24),
      u16(0xffff),
    );
    return atom(
      "stbl",
      atom("stsd", u32(0), u32(1), entry),
      atom("stts", u32(0), u32(1), u32(this.#sizes.length), u32(100)),
      atom("stsc", u32(0), u32(1), u32(1), u32(Math.max(1, this.#sizes.length)), u32(1)),
      atom("stsz", u32(0), u32(0), u32(this.#sizes.length), ...this.#sizes.map(u32)),
      atom("stco", u32(0), u32(1), u32(start)),
    );
  }
}

function atom(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([u32(body.length + 8), text(type), body]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.from(value, "latin1");
}
