import { el, frame, say } from "./dom.js";
import { colour, onTheme, scaleOf } from "./colours.js";
import { figure } from "./format.js";

let made = 0;

/**
 * A matrix as a strip of colours, with arrow keys and a text of the cell under the cursor. kind "one": from 0 up; "both": either side of 0;
 * "log": from the smallest to the largest by powers. name(row, column) tells a cell.
 */
export class Heat {
  constructor(options) {
    this.options = { kind: "one", height: 96, ...options };
    this.key = `heat ${++made}`;
    this.rows = [];
    this.at = null;
    this.canvas = el("canvas", { "aria-hidden": "true" });
    this.cursor = el("div", { className: "cell", "aria-hidden": "true", hidden: true });
    this.surface = el(
      "div",
      {
        className: "surface heat",
        tabindex: "0",
        role: "slider",
        "aria-label": this.options.label,
        "aria-valuemin": "0",
        "aria-valuemax": "0",
        "aria-valuenow": "0",
        style: { height: `${this.options.height}px` },
      },
      this.canvas,
      this.cursor,
    );
    this.readout = el("p", { className: "readout" });
    this.caption = el("figcaption", {}, this.options.title ?? this.options.label);
    this.element = el("figure", { className: "plot" }, this.caption, this.surface, this.readout);
    this.surface.addEventListener("pointermove", event => this.point(event));
    this.surface.addEventListener("pointerleave", () => this.go(null));
    this.surface.addEventListener("blur", () => this.go(null));
    this.surface.addEventListener("keydown", event => this.move(event));
    this.small = document.createElement("canvas");
    this.wide = new ResizeObserver(() => frame(this.key, () => this.draw()));
    this.wide.observe(this.surface);
    onTheme(this.element, () => frame(this.key, () => this.draw()));
  }

  /** Sets rows of numbers, the first one at the top; shows them at the next frame. A limit keeps the scale from moving. */
  set(rows, limit = null) {
    this.rows = rows;
    this.limit = limit;
    frame(this.key, () => this.draw());
  }

  get columns() {
    return this.rows[0]?.length ?? 0;
  }

  bounds() {
    if (this.limit) return this.limit;
    const log = this.options.kind === "log";
    let low = Infinity,
      high = -Infinity;
    for (const row of this.rows)
      for (const value of row)
        if (value !== null && Number.isFinite(value) && (!log || value > 0)) {
          low = Math.min(low, value);
          high = Math.max(high, value);
        }
    if (this.options.kind === "both") {
      const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
      return [-most, most];
    }
    return log ? [Math.max(low, high * 1e-6), high] : [Math.min(0, low), high];
  }

  draw() {
    const width = this.surface.clientWidth,
      height = this.surface.clientHeight,
      rows = this.rows.length,
      columns = this.columns;
    if (width === 0 || columns === 0) return;
    const log = this.options.kind === "log",
      map = log ? Math.log : value => value;
    const [low, high] = this.bounds(),
      from = map(low),
      span = map(high) - from || 1,
      colours = scaleOf(this.options.kind === "both" ? "both" : "one");
    if (this.small.width !== columns || this.small.height !== rows) {
      this.small.width = columns;
      this.small.height = rows;
      this.pixels = null;
    }
    const small = this.small.getContext("2d");
    const pixels = (this.pixels ??= small.createImageData(columns, rows));
    for (let r = 0, p = 0; r < rows; r++)
      for (let c = 0; c < columns; c++, p += 4) {
        const value = this.rows[r][c];
        const known = value !== null && value !== undefined && Number.isFinite(value);
        const at = known
          ? Math.min(255, Math.max(0, Math.round(((map(Math.max(value, log ? low : -Infinity)) - from) / span) * 255))) * 4
          : 0;
        pixels.data[p] = colours[at];
        pixels.data[p + 1] = colours[at + 1];
        pixels.data[p + 2] = colours[at + 2];
        pixels.data[p + 3] = known ? 255 : 0;
      }
    small.putImageData(pixels, 0, 0);
    const sharp = devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * sharp) || this.canvas.height !== Math.round(height * sharp)) {
      this.canvas.width = Math.round(width * sharp);
      this.canvas.height = Math.round(height * sharp);
    }
    const context = this.canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.drawImage(this.small, 0, 0, this.canvas.width, this.canvas.height);
    if (this.options.mark) {
      const x = this.options.mark();
      if (x !== null) {
        context.strokeStyle = colour("ink");
        context.lineWidth = sharp;
        const left = ((x + 0.5) * this.canvas.width) / columns;
        context.strokeRect(left, 0, 0, this.canvas.height);
      }
    }
    this.tell();
  }

  point(event) {
    const box = this.surface.getBoundingClientRect();
    this.go({
      row: Math.floor(((event.clientY - box.top) / box.height) * this.rows.length),
      column: Math.floor(((event.clientX - box.left) / box.width) * this.columns),
    });
  }

  go(at) {
    this.at =
      at && this.columns > 0
        ? { row: Math.min(this.rows.length - 1, Math.max(0, at.row)), column: Math.min(this.columns - 1, Math.max(0, at.column)) }
        : null;
    frame(`${this.key} tell`, () => this.tell());
  }

  move(event) {
    if (this.columns === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const { row, column } = this.at ?? { row: 0, column: this.columns - 1 },
      step = Math.max(1, Math.round(this.columns / 10));
    const to = {
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      Home: [row, 0],
      End: [row, this.columns - 1],
      PageUp: [row, column - step],
      PageDown: [row, column + step],
    }[event.key];
    if (!to) return;
    event.preventDefault();
    this.go({ row: to[0], column: to[1] });
  }

  tell() {
    const rows = this.rows.length,
      columns = this.columns;
    const at = this.at;
    this.cursor.hidden = !at;
    if (columns === 0) return;
    if (at) {
      this.cursor.style.left = `${(at.column / columns) * 100}%`;
      this.cursor.style.top = `${(at.row / rows) * 100}%`;
      this.cursor.style.width = `max(${100 / columns}%, 3px)`;
      this.cursor.style.height = `max(${100 / rows}%, 3px)`;
    }
    const { row, column } = at && at.row < rows && at.column < columns ? at : { row: 0, column: columns - 1 };
    const text =
      at || this.options.always
        ? `${this.options.name(row, column)}: ${figure(this.rows[row][column])}`
        : (this.options.hint ?? `${figure(this.bounds()[0])} to ${figure(this.bounds()[1])}`);
    say(this.readout, text);
    this.surface.setAttribute("aria-valuemax", String(rows * columns - 1));
    this.surface.setAttribute("aria-valuenow", String(row * columns + column));
    this.surface.setAttribute("aria-valuetext", text);
  }
}
