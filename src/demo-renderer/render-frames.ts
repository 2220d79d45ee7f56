import { writeFileSync } from "node:fs";
import { frameFile } from "../plan/frames/frame-file.ts";
import type { WriteTarget } from "../plan/target.ts";
import type { NukeArguments } from "./arguments.ts";
import { type FaultInjection, pause } from "./fault-injection.ts";
import type { NukeConsole } from "./console.ts";
import { NodeError, type Output } from "./demo-output.ts";
import { encodeImage, encodeJpeg } from "./image-files.ts";
import { MovieFile } from "./movie.ts";
import { drawFrame } from "./picture.ts";
import { type Profile, memoryOf, secondsOf } from "./profile.ts";

/** What a render needs from the command line, or from one nuke.execute(). */
export type RenderArguments = Pick<NukeArguments, "views" | "continueOnError">;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Renders frames of Writes as Nuke does: all Writes of a frame, then its `Frame` line (nuke-cli.md 2.4). */
export class FrameRenderer {
  readonly #args: RenderArguments;
  readonly #output: Output;
  readonly #profile: Profile;
  readonly #conduct: FaultInjection;
  readonly #console: NukeConsole;
  readonly #size: Size;
  readonly #fps: number;
  readonly #movies = new Map<string, MovieFile>();

  constructor(
    args: RenderArguments,
    output: Output,
    profile: Profile,
    conduct: FaultInjection,
    console: NukeConsole,
    size: Size,
    fps: number,
  ) {
    [this.#args, this.#output, this.#profile, this.#conduct, this.#console] = [
      args,
      output,
      profile,
      conduct,
      console,
    ];
    [this.#size, this.#fps] = [size, fps];
  }

  /** Returns the last error of a frame; null if all went well. */
  async render(
    writes: readonly WriteTarget[],
    frames: readonly number[],
    { frameLines = true }: { readonly frameLines?: boolean } = {},
  ): Promise<string | null> {
    let failed: string | null = null;
    for (const [index, frame] of frames.entries()) {
      try {
        for (const write of writes) await this.#renderFrame(write, frame);
        if (frameLines) {
          this.#console.out("");
          this.#console.out(`Frame ${frame} (${index + 1} of ${frames.length})`);
          this.#console.out("");
        }
      } catch (error) {
        if (!(error instanceof NodeError)) throw error;
        this.#console.error(error.message);
        failed = error.message;
        if (!this.#args.continueOnError) break;
      }
    }
    for (const movie of this.#movies.values()) movie.close();
    return failed;
  }

  async #renderFrame(write: WriteTarget, frame: number): Promise<void> {
    const { first, last } = this.#output.facts;
    const position = last > first ? Math.min(1, Math.max(0, (frame - first) / (last - first))) : 0;
    const views = write.viewToken ? this.#viewsOf(write) : this.#viewsOf(write).slice(0, 1);
    const seconds = secondsOf(this.#profile, frame, position) / Math.max(1, views.length);
    for (let line = 0; line < this.#profile.noiseLines; line++)
      this.#console.out(`note ${frame}.${line}: nothing to see here`);
    const release = this.#conduct.take(memoryOf(this.#profile, frame));
    try {
      for (const [index, view] of views.entries())
        await this.#renderView(write, frame, view, index / Math.max(1, views.length), seconds);
    } finally {
      release();
    }
  }

  async #renderView(
    write: WriteTarget,
    frame: number,
    view: string,
    tint: number,
    seconds: number,
  ): Promise<void> {
    const started = performance.now();
    const path = frameFile(write.resolvedFile ?? "", frame, view);
    if (this.#profile.hang === "frame" && (this.#profile.hangFrame ?? frame) === frame)
      await this.#conduct.hang();
    const crashing = this.#profile.crashFrames.includes(frame);
    const progress = this.#profile.partialLines && seconds > 0.2;
    if (progress || crashing) this.#console.part(`Writing ${path} `);
    for (const tenth of [1, 3, 5, 7, 9]) {
      await pause(seconds / 5);
      if (progress) this.#console.part(`.${tenth}`);
      if (crashing && tenth === 5) {
        this.#output.prepare(write, path);
        writeFileSync(path, this.#bytes(write, frame, tint).subarray(0, 200));
        await this.#conduct.crash();
      }
    }
    if (progress) this.#console.out("");
    if (this.#conduct.fails(frame))
      throw new NodeError(`Read1: /plates/a.${frame}.exr: Read error: No such file or directory`);
    if (write.first !== null && (frame < write.first || frame > (write.last ?? frame))) return;
    this.#writeFile(write, path, frame, tint);
    this.#console.out(`Writing ${path} took ${((performance.now() - started) / 1000).toFixed(2)} seconds`);
  }

  #writeFile(write: WriteTarget, path: string, frame: number, tint: number): void {
    // A movie is one file for all its frames.
    if (!this.#movies.has(path)) this.#output.prepare(write, path);
    if (this.#profile.hiddenFile === "missing") return;
    if (this.#profile.hiddenFile === "empty") {
      writeFileSync(path, "");
      return;
    }
    if (write.movie)
      this.#movie(write, path).add(encodeJpeg(drawFrame(this.#size.width, this.#size.height, frame, tint)));
    else writeFileSync(path, this.#bytes(write, frame, tint));
  }

  #bytes(write: WriteTarget, frame: number, tint: number): Uint8Array {
    const bytes = encodeImage(write.fileType, drawFrame(this.#size.width, this.#size.height, frame, tint));
    if (bytes === null)
      throw new NodeError(
        `${write.name}: the demo renderer does not write "${write.fileType}" files. Use png, jpeg, exr, tiff, dpx or mov.`,
      );
    return bytes;
  }

  #movie(write: WriteTarget, path: string): MovieFile {
    if (!["mov", "mov32", "mov64", "ffmpeg", "mp4", "m4v"].includes(write.fileType)) {
      throw new NodeError(
        `${write.name}: the demo renderer does not write "${write.fileType}" files. Use mov.`,
      );
    }
    const movie =
      this.#movies.get(path) ?? new MovieFile(path, this.#size.width, this.#size.height, this.#fps);
    this.#movies.set(path, movie);
    return movie;
  }

  #viewsOf(write: WriteTarget): readonly string[] {
    const { views } = this.#args;
    return views.length > 0 ? write.views.filter((view) => views.includes(view)) : write.views;
  }
}
