/** Where things are in the text of a script. */

/** The text all statements of a script are in. An edit replaces it and moves the statements. */
export interface Source {
  text: string;
  /** No CR ends a line by itself. */
  onlyLineFeeds: boolean;
}

/** Where a statement stands. Offsets and lines move with edits before it. */
export class Place {
  /** Offset of the first character. */
  start: number;
  /** Offset after the last character. */
  end: number;
  /** Of the first character, from 1. */
  line: number;

  constructor(start: number, end: number, line: number) {
    this.start = start;
    this.end = end;
    this.line = line;
  }

  /** Something before it became longer or shorter. */
  move(characters: number, lines: number): void {
    this.start += characters;
    this.end += characters;
    this.line += lines;
  }
}
