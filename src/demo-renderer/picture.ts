/** A test picture: a gradient that moves with the frame, and the frame number large in the middle. */

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** RGB, 8 bits each, rows from the top. */
  readonly pixels: Uint8Array;
}

/** Five by seven dots for each supported character. */
const font: Record<string, string> = {
  "0": "0e11131519110e",
  "1": "040c040404040e",
  "2": "0e11010204081f",
  "3": "1f02040201110e",
  "4": "02060a121f0202",
  "5": "1f101e0101110e",
  "6": "0608101e11110e",
  "7": "1f010204080808",
  "8": "0e11110e11110e",
  "9": "0e11110f01020c",
  "-": "0000001f000000",
};

/** Draws a frame. `tint` (0 to 1) distinguishes views. */
export function drawFrame(width: number, height: number, frame: number, tint: number): Picture {
  const pixels = new Uint8Array(width * height * 3);
  const phase = ((frame % 48) + 48) / 48;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      const wave = 0.5 + 0.5 * Math.sin((x / width + phase) * Math.PI * 2);
      const line = (x + y + frame * 4) % 64 < 2 ? 24 : 0;
      pixels[at] = 30 + 90 * wave * (1 - tint) + line;
      pixels[at + 1] = 40 + (80 * y) / height + line;
      pixels[at + 2] = 60 + 110 * (1 - wave) * (0.4 + 0.6 * tint) + line;
    }
  }
  drawText(pixels, width, height, String(frame));
  return { width, height, pixels };
}

function drawText(pixels: Uint8Array, width: number, height: number, text: string): void {
  const dot = Math.max(1, Math.floor(Math.min(width / (text.length * 6 + 2), height / 11)));
  const [left, top] = [Math.floor((width - text.length * 6 * dot) / 2), Math.floor((height - 7 * dot) / 2)];
  Array.from(text).forEach((character, place) => {
    const rows = font[character] ?? "";
    for (let row = 0; row < 7; row++) {
      const bits = Number.parseInt(rows.slice(row * 2, row * 2 + 2), 16) || 0;
      for (let column = 0; column < 5; column++) {
        if ((bits & (16 >> column)) === 0) continue;
        fill(pixels, width, height, left + (place * 6 + column) * dot, top + row * dot, dot);
      }
    }
  });
}

function fill(
  pixels: Uint8Array,
  width: number,
  height: number,
  left: number,
  top: number,
  size: number,
): void {
  for (let y = Math.max(0, top); y < Math.min(height, top + size); y++) {
    const from = (y * width + Math.max(0, left)) * 3;
    pixels.fill(245, from, Math.max(from, (y * width + Math.min(width, left + size)) * 3));
  }
}
