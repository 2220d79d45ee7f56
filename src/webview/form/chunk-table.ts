import { type TemplateResult, html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import type { Chunk } from "../../plan/render-plan.ts";

/** More rows than anyone reads; the rest is shown as a number. */
export const MOST_ROWS = 200;

export interface ChunkTableParts {
  readonly chunks: readonly Chunk[];
  /** `chunk` or `task`. */
  readonly noun: string;
  readonly selected: number;
  readonly select: (index: number) => void;
}

/** The chunks, one of them chosen: arrow keys walk through them as through the radio buttons they are. */
export function chunkTable({ chunks, noun, selected, select }: ChunkTableParts): TemplateResult {
  if (chunks.length === 0) return html`${nothing}`;
  const more = chunks.length - MOST_ROWS;
  const row = (chunk: Chunk): TemplateResult =>
    html`<tr @click=${() => select(chunk.index)}>
      <td class="number">
        <input
          type="radio"
          name="chunk"
          aria-label="${noun} ${chunk.index + 1}, frames ${chunk.frames}"
          .checked=${live(chunk.index === selected)}
          @change=${() => select(chunk.index)}
        />${chunk.index + 1}
      </td>
      <td class="frames" title=${chunk.frames}>${chunk.frames}</td>
      <td class="number">${chunk.count}</td>
    </tr>`;
  return html`<div class="table-frame">
    <table id="chunks">
      <thead>
        <tr>
          <th class="number" scope="col">${noun === "task" ? "Task" : "Chunk"}</th>
          <th scope="col">Frames</th>
          <th class="number" scope="col">Count</th>
        </tr>
      </thead>
      <tbody>
        ${chunks.slice(0, MOST_ROWS).map((chunk) => row(chunk))}
      </tbody>
    </table>
    ${more > 0 ? html`<p class="more">… and ${more.toLocaleString("en-US")} more</p>` : nothing}
  </div>`;
}
