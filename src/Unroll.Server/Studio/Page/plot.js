import { el, fill, frame, say } from "./dom.js";
import { colour, faint, onTheme } from "./colours.js";
import { dateTicks, error, placeText, tick } from "./format.js";

let made = 0;

/**
 * A chart of lines by uPlot: with a legend of its own, a text of what is under the cursor, and arrow keys. However often set is called,
 * it draws once a frame.
 *
 * label: what the chart is called. unit: of the x axis ("epoch", "step", "date"). lines: [{label, colour, dash, width, dots, hidden,
 * spanGaps}].
 * bands: [{lower, upper, colour, opacity}], indices of lines from 0. pick: called with the index under the cursor.
 */
export class Plot {
  constructor(options) {
    this.options = { height: 240, unit: "epoch", bands: [], switches: false, ...options };
    this.key = `plot ${++made}`;
    this.data = null;
    this.shownData = null;
    this.numbered = this.options.unit !== "date";
    this.surface = el("div", {
      className: "surface",
      tabindex: "0",
      role: "slider",
      "aria-label": this.options.label,
      "aria-valuemin": "0",
      "aria-valuemax": "0",
      "aria-valuenow": "0",
    });
    this.surface.style.minHeight = `${this.options.height}px`;
    this.readout = el("p", { className: "readout" });
    this.legend = el("ul", { className: "legend" });
    this.element = el(
      "figure",
      { className: "plot" },
      this.options.title === null ? null : el("figcaption", {}, this.options.title ?? this.options.label),
      this.legend,
      this.surface,
      this.readout,
    );
    this.surface.addEventListener("keydown", event => this.move(event));
    this.surface.addEventListener("blur", () => this.leave());
    this.wide = new ResizeObserver(() => frame(`${this.key} size`, () => this.resize()));
    this.wide.observe(this.surface);
    this.makeLegend();
    onTheme(this.element, () => this.plot?.redraw(false));
  }

  /** Sets [x, line, line …]; shows them at the next frame. */
  set(data, numbered = this.numbered) {
    this.data = data;
    this.numbered = numbered;
    frame(this.key, () => this.draw());
  }

  /** Puts a line across at a place of the x axis, or none. */
  mark(at) {
    this.marked = at;
    frame(this.key, () => this.draw());
  }

  draw() {
    if (!this.data || this.surface.clientWidth === 0) return;
    if (this.plot && this.plotNumbered !== this.numbered) {
      this.plot.destroy();
      this.plot = null;
    }
    if (!this.plot) {
      this.plot = new uPlot(this.config(), this.data, this.surface);
      this.plotNumbered = this.numbered;
    } else if (this.shownData !== this.data) {
      this.plot.setData(this.data);
    } else {
      this.plot.redraw(false);
    }
    this.shownData = this.data;
    this.tell();
  }

  resize() {
    const width = this.surface.clientWidth;
    if (width === 0) return;
    if (!this.plot) this.draw();
    else if (this.plot.width !== width) this.plot.setSize({ width, height: this.options.height });
  }

  config() {
    const { lines, bands, unit, height } = this.options;
    const axis = {
      stroke: () => colour("quiet"),
      font: `12px ${getComputedStyle(document.body).fontFamily}`,
      grid: { stroke: () => colour("grid"), width: 1 },
      ticks: { show: false },
    };
    return {
      width: this.surface.clientWidth,
      height,
      legend: { show: false },
      tzDate: seconds => uPlot.tzDate(new Date(seconds * 1e3), "Etc/UTC"),
      scales: { x: { time: unit === "date" && !this.numbered }, y: { range: (_, low, high) => this.range(low, high) } },
      cursor: { drag: { x: Boolean(this.options.zoom), y: false }, points: { size: 6 }, y: false },
      axes: [
        {
          ...axis,
          size: 32,
          gap: 4,
          ...(unit === "date" && !this.numbered
            ? { values: (_, at, __, ___, increment) => dateTicks(at, increment) }
            : {
                values: (_, at) => at.map(value => (Number.isInteger(value) ? tick(value) : "")),
                incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000, 100000, 1000000],
              }),
        },
        {
          ...axis,
          gap: 4,
          size: (u, values) => Math.max(36, ...(values ?? []).map(text => text.length * 7 + 12)),
          values: (_, at) => at.map(tick),
        },
      ],
      series: [
        {},
        ...lines.map(line => ({
          label: line.label,
          show: !line.hidden,
          stroke: () => (line.opacity ? faint(line.colour, line.opacity) : colour(line.colour)),
          width: line.width ?? 2,
          dash: line.dash ? [5, 4] : undefined,
          points: { show: line.dots ?? ((u, i) => u.data[i].length < 3), size: 6, fill: () => colour(line.colour) },
          spanGaps: line.spanGaps ?? false,
        })),
      ],
      bands: bands.map(band => ({ series: [band.upper + 1, band.lower + 1], fill: () => faint(band.colour, band.opacity ?? 0.2) })),
      hooks: { setCursor: [() => this.cursorMoved()], drawClear: [u => this.options.under?.(u)], draw: [u => this.drawMark(u)] },
    };
  }

  range(low, high) {
    if (low === null || high === null) return [0, 1];
    const more = (high - low) * 0.08 || Math.abs(high) * 0.05 || 1;
    return [low >= 0 && low - more < 0 ? 0 : low - more, high + more];
  }

  drawMark(u) {
    this.options.over?.(u);
    if (this.marked === null || this.marked === undefined) return;
    const x = Math.round(u.valToPos(this.marked, "x", true)) + 0.5,
      { top, height } = u.bbox;
    u.ctx.save();
    u.ctx.strokeStyle = colour("accent");
    u.ctx.lineWidth = devicePixelRatio;
    u.ctx.beginPath();
    u.ctx.moveTo(x, top);
    u.ctx.lineTo(x, top + height);
    u.ctx.stroke();
    u.ctx.restore();
  }

  /** The index that is shown in words: that under the cursor, or rest, or the last one with a value of the first line. */
  get index() {
    const x = this.data?.[0] ?? [];
    const under = this.plot?.cursor.idx;
    if (under !== null && under !== undefined && under < x.length) return under;
    if (this.rest !== undefined && this.rest < x.length) return this.rest;
    const values = this.data?.[1] ?? [];
    let last = x.length - 1;
    while (last > 0 && (values[last] === null || values[last] === undefined)) last--;
    return values[last] === null || values[last] === undefined ? x.length - 1 : last;
  }

  cursorMoved() {
    frame(`${this.key} tell`, () => this.tell());
    const under = this.plot.cursor.idx;
    if (under !== null && under !== undefined && this.options.pick) this.options.pick(under, this.plot.cursor.left >= 0);
  }

  tell() {
    const i = this.index;
    if (i < 0) return;
    const at = this.options.unit === "date" ? placeText(this.data[0][i], this.numbered) : `${this.options.unit} ${tick(this.data[0][i])}`;
    const values = this.options.lines
      .map((line, k) => ({ line, value: this.data[k + 1]?.[i] }))
      .filter(({ line, value }) => !line.hidden && !line.mute && value !== null && value !== undefined)
      .map(({ line, value }) => `${line.label} ${error(value)}`);
    const text = `${at}: ${values.join(" · ") || "no value"}`;
    say(this.readout, text);
    this.surface.setAttribute("aria-valuemax", String(this.data[0].length - 1));
    this.surface.setAttribute("aria-valuenow", String(i));
    this.surface.setAttribute("aria-valuetext", text);
  }

  move(event) {
    if (!this.plot || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.data[0].length - 1,
      step = Math.max(1, Math.round(last / 20)),
      now = this.index;
    const to = {
      ArrowLeft: now - 1,
      ArrowRight: now + 1,
      ArrowDown: now - 1,
      ArrowUp: now + 1,
      PageUp: now - step,
      PageDown: now + step,
      Home: 0,
      End: last,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const i = Math.min(last, Math.max(0, to)),
      left = this.plot.valToPos(this.data[0][i], "x");
    this.plot.setCursor({ left, top: this.plot.over.clientHeight / 2 });
  }

  leave() {
    this.plot?.setCursor({ left: -10, top: -10 });
  }

  makeLegend() {
    fill(
      this.legend,
      this.options.lines.map((line, k) =>
        line.mute
          ? null
          : el(
              "li",
              {},
              this.options.switches
                ? el(
                    "button",
                    { type: "button", "aria-pressed": String(!line.hidden), onclick: event => this.switchLine(k, event.currentTarget) },
                    swatch(line),
                    line.label,
                  )
                : [swatch(line), line.label],
            ),
      ),
      this.options.bands
        .filter(band => band.label)
        .map(band =>
          el(
            "li",
            {},
            el("span", {
              className: "swatch area",
              style: { background: `var(--${band.colour})`, opacity: String(Math.min(1, (band.opacity ?? 0.2) * 2)) },
              "aria-hidden": "true",
            }),
            band.label,
          ),
        ),
    );
  }

  switchLine(k, control) {
    const line = this.options.lines[k];
    line.hidden = !line.hidden;
    control.setAttribute("aria-pressed", String(!line.hidden));
    this.plot?.setSeries(k + 1, { show: !line.hidden });
    this.tell();
  }

  destroy() {
    this.wide.disconnect();
    this.plot?.destroy();
    this.plot = null;
    this.data = null;
  }
}

export const swatch = line =>
  el("span", {
    className: line.dash ? "swatch dash" : "swatch",
    style: { "border-color": `var(--${line.colour})` },
    "aria-hidden": "true",
  });
