import { get, newest, pointsPath, runPath } from "./api.js";
import { el, fill, frame, say } from "./dom.js";
import { dateText, figure, isNumbered, place, whole } from "./format.js";
import { Heat } from "./heat.js";
import { Plot } from "./plot.js";

/** Gates and states of the window under the pointer, or of the row that the slider names. */
export class Window {
  constructor(id, run) {
    this.id = id;
    this.network = null;
    this.row = null;
    this.heats = new Map();
    this.title = el("h3", {}, "Gates and states of one window");
    this.where = el("p", { className: "quiet", "aria-live": "off" });
    this.slider = el("input", {
      type: "range",
      step: 1,
      "aria-label": "Row at which the window ends",
      oninput: () => this.go(Number(this.slider.value)),
    });
    this.chart = new Plot({
      label: "Target, to choose a window from",
      title: null,
      unit: "date",
      height: 110,
      lines: [{ label: run.targets?.[0] ?? "target", colour: "actual", width: 1.2 }],
      pick: index => this.pick(index),
    });
    this.chart.legend.hidden = true;
    this.grid = el("div", { className: "gates" });
    this.load = newest(
      wanted => this.ask(wanted),
      (gates, wanted, error) => this.show(gates, error),
    );
    this.element = el("div", { className: "card" }, this.title, this.where, this.chart.element, this.slider, this.grid);
    this.slider.hidden = true;
    this.element.hidden = true;
    this.points(run);
  }

  /** The gates of a window; of a network that is not in memory why there are none. */
  async ask({ row, network }) {
    const seen = await get(runPath(this.id, "/windows"));
    return seen.includes(network)
      ? await get(runPath(this.id, `/window?network=${network}${row === null ? "" : `&row=${row}`}`))
      : { gates: null, note: "Gates are seen of networks whose errors are measured while they train, until another run begins." };
  }

  async points(run) {
    try {
      const view = await get(`api/data/${encodeURIComponent(run.data)}`);
      this.values = await get(pointsPath(run.data, view.series[0].key, run.targets[0], 2000));
      this.values.of = run.targets[0];
      this.drawChart();
    } catch {
      // Without the file of before the slider alone chooses the window.
      this.values = null;
    }
  }

  /** Shows the newest weights of a network; those of one that trains are asked for again every second. */
  follow(network, trains) {
    if (network !== this.network) {
      this.network = network;
      this.asked = 0;
    }
    const now = performance.now();
    if (this.asked === 0 || (trains && now - this.asked > 1000)) {
      this.asked = now;
      this.load({ row: this.row, network });
    }
  }

  go(row) {
    this.row = row;
    this.load({ row, network: this.network });
  }

  pick(index) {
    if (this.network === null || !this.shown) return;
    const { first, count } = this.part,
      rows = this.values.rows,
      row = Math.round(((first + index) / this.values.shown) * rows);
    const kept = Math.min(this.shown.last_row, Math.max(this.shown.first_row, row));
    if (kept !== this.row && count > 0) {
      this.slider.value = String(kept);
      this.go(kept);
    }
  }

  drawChart() {
    if (!this.values || !this.shown || this.part) return;
    const { dates, columns, shown, rows } = this.values,
      share = shown / rows;
    const first = Math.max(0, Math.floor(this.shown.first_row * share)),
      end = Math.min(shown, Math.ceil((this.shown.last_row + 1) * share));
    this.part = { first, count: end - first };
    this.chart.set([dates.slice(first, end).map(place), columns[this.values.of].slice(first, end)], isNumbered(dates));
  }

  show(gates, error) {
    this.element.hidden = false;
    if (error || !gates.gates) {
      this.grid.hidden = this.slider.hidden = true;
      this.chart.element.hidden = true;
      return say(this.where, error ? error.message : gates.note);
    }
    this.grid.hidden = false;
    this.chart.element.hidden = !this.values;
    this.shown = gates;
    this.slider.hidden = false;
    this.slider.min = String(gates.first_row);
    this.slider.max = String(gates.last_row);
    if (this.row === null) this.slider.value = String(gates.row);
    this.slider.setAttribute("aria-valuetext", `row ${whole(gates.row)}, ${dateText(gates.dates.at(-1))}`);
    say(
      this.where,
      `${gates.layer}, ${kinds[gates.kind] ?? gates.kind}: ${whole(gates.dates.length)} rows, ` +
        `${dateText(gates.dates[0])} to ${dateText(gates.dates.at(-1))}. ` +
        `${gates.note ? `${gates.note} ` : ""}` +
        "Move over the line, or use the slider and arrow keys.",
    );
    this.drawChart();
    frame("gates", () => this.draw(gates));
  }

  draw(gates) {
    const strips = [
      {
        key: "inputs",
        label: "inputs",
        title: "inputs, each by its own range",
        kind: "both",
        rows: gates.inputs.map(input => scaled(input.values)),
        height: 14 * gates.inputs.length + 8,
        name: (r, c) =>
          `${gates.inputs[r].name}, ${dateText(gates.dates[c])}: ${figure(gates.inputs[r].values[c])}; from its mean, in deviations`,
      },
      ...gates.gates.map(gate => strip(`gate ${gate.name}`, `${gate.name} gate`, gate, gates, gate.name === "candidate" ? "both" : "one")),
      ...gates.states.map(state =>
        strip(
          `state ${state.name}`,
          state.name === "h" ? "hidden state h" : state.name === "c" ? "cell state c" : `state ${state.name}`,
          state,
          gates,
          "both",
        ),
      ),
    ];
    const keys = strips.map(each => each.key).join();
    if (this.keys !== keys) {
      this.keys = keys;
      this.heats.clear();
      fill(this.grid);
      for (const each of strips) {
        const heat = new Heat({ label: each.label, kind: each.kind, height: each.height, name: (r, c) => heat.nameOf(r, c) });
        this.heats.set(each.key, heat);
        this.grid.append(heat.element);
      }
    }
    for (const each of strips) {
      const heat = this.heats.get(each.key);
      heat.nameOf = each.name;
      say(heat.caption, each.title);
      heat.set(each.rows, each.limit);
    }
  }

  destroy() {
    this.chart.destroy();
  }
}

const kinds = { "simple-rnn": "a simple recurrent network", lstm: "an LSTM", gru: "a GRU", simple_rnn: "a simple recurrent network" };

function strip(key, title, part, gates, kind) {
  const units = part.values[0]?.length ?? 0;
  const rows = Array.from({ length: units }, (_, u) => part.values.map(step => step[u]));
  const limit = kind === "one" ? [0, 1] : null;
  return {
    key,
    label: title,
    title: `${title}, mean ${figure(part.mean.at(-1))} at the end`,
    kind,
    rows,
    limit,
    height: Math.min(110, Math.max(48, units * 3)),
    name: (r, c) => `unit ${r + 1}, ${dateText(gates.dates[c])}`,
  };
}

function scaled(values) {
  const known = values.filter(value => value !== null),
    mean = known.reduce((sum, value) => sum + value, 0) / (known.length || 1);
  const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (known.length || 1)) || 1;
  return values.map(value => (value === null ? null : (value - mean) / deviation));
}
