import { get, pointsPath } from "./api.js";
import { faint } from "./colours.js";
import { el, fill, field, problem, say } from "./dom.js";
import { isNumbered, place } from "./format.js";
import { Plot } from "./plot.js";

/** One column of one series as a line, with gaps shaded and outliers marked. */
export class Series {
  constructor(view) {
    this.view = view;
    this.column = view.suggested?.target ?? view.columns.find(column => column.is_number)?.name;
    this.key = view.series[0].key;
    const numbers = view.columns.filter(column => column.is_number);
    this.columns = el(
      "select",
      { onchange: () => this.choose(this.columns.value) },
      numbers.map(column => el("option", { value: column.name }, column.name)),
    );
    this.keys = el(
      "select",
      { onchange: () => this.chooseSeries(this.keys.value) },
      view.series.slice(0, 2000).map(each => el("option", { value: each.key }, each.key)),
    );
    this.note = el("p", { className: "quiet small" });
    this.plot = new Plot({
      label: "Values",
      title: null,
      unit: "date",
      height: 240,
      zoom: true,
      lines: [
        { label: "value", colour: "actual", width: 1.3 },
        { label: "outlier", colour: "warm-line", width: 0, dots: true },
      ],
      under: u => this.shade(u),
    });
    this.element = el(
      "div",
      {},
      el("div", { className: "row" }, field("Column", this.columns), view.series.length > 1 && field("Series", this.keys)),
      this.plot.element,
      this.note,
    );
    this.columns.value = this.column;
    this.load();
  }

  choose(column) {
    this.column = column;
    this.columns.value = column;
    this.load();
  }

  chooseSeries(key) {
    this.key = key;
    this.load();
  }

  async load() {
    const wanted = [this.key, this.column].join("\n");
    this.wanted = wanted;
    try {
      const points = await get(pointsPath(this.view.id, this.key, this.column, 2000));
      if (this.wanted !== wanted) return;
      this.show(points);
    } catch (error) {
      problem(error);
    }
  }

  show(points) {
    const at = points.dates.map(place),
      values = points.columns[this.column],
      numbered = isNumbered(points.dates);
    const outliers = new Map(
      this.view.outliers
        .filter(outlier => outlier.column === this.column && (outlier.series || "") === (this.key || ""))
        .map(outlier => [place(outlier.date), outlier.value]),
    );
    this.gaps = this.view.gaps.filter(gap => !gap.series || gap.series === this.key).map(gap => [place(gap.from), place(gap.to)]);
    this.plot.surface.setAttribute("aria-label", `Values of ${this.column}`);
    this.plot.options.lines[0].label = this.column;
    this.plot.makeLegend();
    this.plot.set([at, values, at.map(x => outliers.get(x) ?? null)], numbered);
    say(
      this.note,
      [
        points.shown < points.rows && points.note,
        this.gaps.length > 0 && "Shaded: rows are missing.",
        "Drag to look closer, press twice to see all.",
      ]
        .filter(Boolean)
        .join(" "),
    );
  }

  shade(u) {
    const { top, height, left, width } = u.bbox;
    u.ctx.save();
    u.ctx.fillStyle = faint("warm-line", 0.22);
    // Where many gaps are narrower than two pixels they would hide the line, and are not to be seen until one looks closer.
    const many = (this.gaps ?? []).length > 20;
    for (const [from, to] of this.gaps ?? []) {
      const a = Math.max(left, u.valToPos(from, "x", true)),
        b = Math.min(left + width, u.valToPos(to, "x", true));
      if (b >= left && a <= left + width && (!many || b - a > 2 * devicePixelRatio)) u.ctx.fillRect(a, top, Math.max(2, b - a), height);
    }
    u.ctx.restore();
  }

  destroy() {
    this.plot.destroy();
    fill(this.element);
  }
}
