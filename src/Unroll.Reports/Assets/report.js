"use strict";
(() => {
  const data = JSON.parse(document.getElementById("report-data").textContent);
  const color = name => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

  // Dates are seconds since 1970 as if in UTC, so that every reader sees the dates of the file; rows without dates have their numbers.
  const date = seconds => {
    if (data.numbers)
      return String(seconds).replaceAll("-", "−");
    const iso = new Date(seconds * 1000).toISOString();
    return data.hours ? iso.slice(0, 16).replace("T", " ") : iso.slice(0, 10);
  };

  const figure = value => {
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-4 || size >= 1e9))
      return value.toExponential(3).replaceAll("-", "−");
    const decimals = size >= 1000 ? 2 : size >= 1 ? 3 : 6;
    return value.toLocaleString("en-US", { maximumFractionDigits: decimals }).replaceAll("-", "−");
  };
  const tick = value => {
    const size = Math.abs(value);
    const text = size !== 0 && (size < 1e-4 || size >= 1e9)
      ? Number(value.toPrecision(6)).toExponential()
      : value.toLocaleString("en-US", { maximumFractionDigits: 8 });
    return text.replaceAll("-", "−");
  };

  const axis = () => ({
    stroke: color("quiet"),
    font: "13px " + color("sans"),
    grid: { stroke: color("grid"), width: 1 },
    ticks: { stroke: color("grid"), width: 1 },
  });

  // As wide as the longest label, which uPlot does not see to by itself.
  const labelWidth = (plot, labels, index, cycle) => {
    const self = plot.axes[index];
    if (cycle > 1)
      return self._size;
    const longest = (labels ?? []).reduce((a, b) => (b ?? "").length > a.length ? b : a, "");
    plot.ctx.font = self.font[0];
    return Math.ceil(plot.ctx.measureText(longest).width / devicePixelRatio) + self.ticks.size + self.gap + 6;
  };

  const line = (label, stroke, more) => ({
    label,
    stroke: color(stroke),
    width: 1.5,
    value: (plot, value) => value == null ? "–" : figure(value),
    ...more,
  });

  const options = (x, y, series) => ({
    tzDate: seconds => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
    legend: {
      live: true,
      markers: {
        width: 3,
        dash: (plot, i) => plot.series[i].dash ? "dashed" : "solid",
        fill: (plot, i) => plot.series[i].fillOfBand ?? null,
      },
    },
    padding: [12, 40, 0, 0],
    cursor: { drag: { x: true, y: false, dist: 5 }, points: { size: (plot, i) => plot.series[i].width === 0 ? 0 : 7 } },
    axes: [{ ...axis(), ...x }, { ...axis(), size: labelWidth, values: (plot, ticks) => ticks.map(t => t == null ? "" : tick(t)), ...y }],
    series,
  });

  const titled = title => ({ label: title, labelSize: 22, labelGap: 0, labelFont: axis().font });
  const dateScales = { x: data.numbers ? { time: false } : {} };
  const rowName = data.numbers ? "Row" : "Date";
  const dateSeries = { label: rowName, value: (plot, seconds) => seconds == null ? "–" : date(seconds) };
  const day = 86400;
  const wholeDays = [1, 2, 3, 5, 7, 10, 15, 30, 60, 90, 120, 180, 365, 730, 1825, 3650, 7300, 18250, 36500].map(days => days * day);
  const rowNumbers = { ...titled(rowName), values: (plot, ticks) => ticks.map(number => number == null ? "" : date(number)) };
  const isoDates = data.numbers ? rowNumbers : {
    // Room for a label: a year and a month need less than a full date.
    space: (plot, index, min, max) => max - min > 4 * 365 * day ? 72 : 88,
    ...(data.hours ? {} : { incrs: wholeDays }),
    values: [
      [31536000, "{YYYY}", null, null, null, null, null, null, 1],
      [2419200, "{YYYY}-{MM}", null, null, null, null, null, null, 1],
      [86400, "{YYYY}-{MM}-{DD}", null, null, null, null, null, null, 1],
      [1, "{HH}:{mm}", "\n{YYYY}-{MM}-{DD}", null, "\n{YYYY}-{MM}-{DD}", null, null, null, 1],
    ],
  };
  const narrow = matchMedia("(max-width: 560px)");
  const titledWhereRoom = title => narrow.matches ? {} : titled(title);

  // Forecasts from different origins are not joined: a gap before each row where one begins.
  const broken = (starts, x) => starts.length === 0 ? {} : {
    gaps: (plot, series, from, to, gaps) => {
      const at = row => plot.valToPos(x[row], "x", true);
      const own = starts.filter(row => row > from && row <= to).map(row => [at(row - 1), at(row)]);
      return [...gaps, ...own].sort((a, b) => a[0] - b[0]);
    },
  };

  // Columns and series of a chart, one beside the other.
  const sheet = (x, first) => {
    const columns = [x], series = [first], bands = [];
    return {
      columns, series, bands,
      line: (label, stroke, values, more) => {
        columns.push(values);
        series.push(line(label, stroke, more));
      },
      // One entry in the legend for both ends of an interval.
      band: (label, stroke, ends, alpha, more) => {
        if (!ends)
          return;
        const upper = columns.length, fill = color(stroke) + alpha;
        const both = (plot, value, i, row) => value == null || ends.lower[row] === ends.upper[row]
          ? "–"
          : `${figure(ends.lower[row])} to ${figure(value)}`;
        columns.push(ends.upper, ends.lower);
        series.push(line(label, stroke, { width: 0, points: { show: false }, class: "band", value: both, fillOfBand: fill, ...more }));
        series.push(line(label, stroke, { width: 0, points: { show: false }, class: "end", ...more }));
        bands.push({ series: [upper, upper + 1], fill });
      },
    };
  };

  // Thin lines from top to bottom.
  const marks = (dates, dash) => plot => {
    const { left, top, width, height } = plot.bbox, { ctx } = plot;
    ctx.save();
    ctx.strokeStyle = color("quiet");
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash(dash.map(length => length * devicePixelRatio));
    for (const x of dates.map(seconds => Math.round(plot.valToPos(seconds, "x", true)))) {
      if (x < left || x > left + width)
        continue;
      ctx.beginPath();
      ctx.moveTo(x, top);
      ctx.lineTo(x, top + height);
      ctx.stroke();
    }
    ctx.restore();
  };

  const wholes = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
  const main = "model-" + data.main % 4;
  let chosen = 0;

  const charts = {
    // The newest rows and the rows to come of the chosen part.
    forecast: () => {
      const { target, future: one } = data.parts[chosen];
      if (!one)
        return null;
      const { columns, series, bands, line, band } = sheet(one.dates, dateSeries);
      line("Actual", "actual", one.actual, { width: 2 });
      if (one.test.some(value => value != null))
        line(data.test, main, one.test, { points: { show: false }, ...broken(one.starts, one.dates) });
      band("Its 80 % interval", main, one.test80, "24", broken(one.starts, one.dates));
      line("Forecast", main, one.values, {
        width: 2.5,
        value: (plot, value, i, row) => value == null || row < one.first ? "–" : figure(value),
      });
      if (one.marked)
        line("No forecast explains", "model-3", one.actual.map((value, row) => one.marked[row] == null ? null : value), {
          paths: () => null,
          points: { show: true, size: 13, width: 2, fill: "transparent" },
          value: (plot, value, i, row) => value == null ? "–" : `${figure(value)}, expected ${figure(one.marked[row])}`,
        });
      band("80 % interval", main, one.within80, "50");
      band("95 % interval", main, one.within95, "28");
      const chart = options(isoDates, titledWhereRoom(target), series);
      chart.scales = dateScales;
      const origin = one.first > 0 ? [one.dates[one.first - 1]] : [];
      return { options: { ...chart, bands }, columns, hooks: { drawAxes: [marks(origin, [4, 4])] } };
    },

    // What the rows to come of the chosen part add to the level: bars on either side of 0.
    drivers: () => {
      const { target, drivers: one } = data.parts[chosen];
      if (!one)
        return null;
      const { columns, series, line } = sheet(one.dates, dateSeries);
      for (const { name, color: stroke, values } of one.bars)
        line(name, stroke, values, { width: 0, points: { show: false }, class: "band", fillOfBand: color(stroke) });
      line(one.total, "actual", one.sum, { width: 2, points: { show: true, size: 6, fill: color("actual") } });
      const stacked = (plot, visit) => one.dates.forEach((x, row) => {
        const ends = [0, 0];
        one.bars.forEach((bar, i) => {
          if (plot.series[i + 1].show === false)
            return;
          const side = bar.values[row] < 0 ? 1 : 0, from = ends[side];
          visit(x, from, ends[side] += bar.values[row], bar.color);
        });
      });
      const bars = plot => {
        const { left, top, width, height } = plot.bbox, { ctx } = plot;
        ctx.save();
        ctx.beginPath();
        ctx.rect(left, top, width, height);
        ctx.clip();
        stacked(plot, (x, from, to, stroke) => {
          const [x0, x1] = [x - one.half, x + one.half].map(at => plot.valToPos(at, "x", true));
          const [y0, y1] = [from, to].map(at => plot.valToPos(at, "y", true));
          ctx.fillStyle = color(stroke);
          ctx.fillRect(x0, Math.min(y0, y1), x1 - x0, Math.abs(y1 - y0));
        });
        ctx.restore();
      };
      const chart = options(isoDates, titledWhereRoom(target), series);
      chart.scales = {
        // Of a single row uPlot takes the day after it too.
        x: {
          ...dateScales.x,
          range: (plot, min, max) => [min - 1.2 * one.half, (one.dates.length === 1 ? min : max) + 1.2 * one.half],
        },
        y: {
          range: plot => {
            let [low, high] = [Math.min(0, ...one.sum), Math.max(0, ...one.sum)];
            stacked(plot, (x, from, to) => [low, high] = [Math.min(low, to), Math.max(high, to)]);
            const margin = 0.06 * (high - low || 1);
            return [low - margin, high + margin];
          },
        },
      };
      return { options: chart, columns, hooks: { drawAxes: [bars] } };
    },

    // The test rows of the chosen part.
    prediction: () => {
      const { target, test: one } = data.parts[chosen];
      if (!one)
        return null;
      const { columns, series, bands, line, band } = sheet(one.dates, dateSeries), gaps = broken(one.starts, one.dates);
      line("Actual", "actual", one.actual, { width: 2 });
      if (data.naive)
        line("Naive forecast", "naive", one.naive, { dash: [6, 4], ...gaps });
      data.lines.forEach((each, i) => line(each.name, each.color, one.values[i], gaps));
      band(data.band, main, one.within80, "2c", gaps);
      const chart = { ...options(isoDates, titledWhereRoom(target), series), scales: dateScales, bands };
      return { options: chart, columns, hooks: { drawAxes: [marks(data.fits, [])] } };
    },

    errors: () => {
      const steps = Array.from({ length: data.steps }, (_, i) => i + 1);
      const { columns, series, line } = sheet(steps, { label: "Rows ahead", value: (plot, step) => step == null ? "–" : String(step) });
      const dashes = { solid: {}, dot: { dash: [2, 4] }, dash: { dash: [6, 4] } };
      for (const each of data.errors)
        line(each.name, each.color, each.values, { width: 2, points: { show: data.steps <= 40, size: 6 }, ...dashes[each.style] });
      const unit = data.skill ? "In units of each part's changes" : data.parts[0].target;
      const chart = options({ ...titled("Rows ahead"), incrs: wholes }, titledWhereRoom(unit), series);
      chart.scales = {
        x: { time: false, range: (plot, min, max) => [min - 0.3, max + 0.3] },
        y: { range: (plot, min, max) => [0, 1.05 * max] },
      };
      return { options: chart, columns };
    },

    parts: () => {
      const { names, naive, best } = data.skill;
      const dots = stroke => ({
        paths: () => null,
        points: { show: true, size: names.length > 60 ? 5 : 9, fill: color(stroke) },
        value: (plot, value) => value == null ? "–" : value.toFixed(3).replaceAll("-", "−"),
      });
      const { columns, series, line } = sheet(names.map((_, i) => i + 1), {
        label: "Part",
        value: (plot, rank) => rank == null ? "–" : names[rank - 1],
      });
      line("against the naive forecast", "naive", naive, dots("naive"));
      line("against the best baseline of the part", "model-0", best, dots("model-0"));
      line("as good", "quiet", names.map(() => 0), { dash: [6, 4], width: 1, points: { show: false }, value: () => "0" });
      const named = names.length <= 8 && !narrow.matches ? { values: (plot, ticks) => ticks.map(rank => names[rank - 1] ?? "") } : {};
      const ranks = { incrs: wholes, ...named, ...titled("Parts, the lowest skill against its best baseline first") };
      const chart = options(ranks, titledWhereRoom("Skill"), series);
      chart.scales = { x: { time: false, range: (plot, min, max) => [min - 0.5, max + 0.5] } };
      return { options: chart, columns };
    },

    loss: () => {
      const epochs = Math.max(1, ...data.loss.models.map(m => Math.max(m.train.length, m.validation?.length ?? 0)));
      const { columns, series, line } = sheet(Array.from({ length: epochs }, (_, i) => i + 1), {
        label: "Epoch",
        value: (plot, epoch) => epoch == null ? "–" : String(epoch),
      });
      const add = (label, stroke, losses, more) => line(label, stroke, columns[0].map((_, k) => losses[k] ?? null), {
        width: 2,
        points: { show: false },
        value: (plot, loss) => loss == null ? "–" : loss.toPrecision(4).replaceAll("-", "−"),
        ...more,
      });
      for (const model of data.loss.models) {
        add(model.name + (model.validation ? ", training" : ""), model.color, model.train);
        if (model.validation)
          add(model.name + ", validation", model.color, model.validation, { dash: [6, 4] });
      }
      const chart = options({ ...titled("Epoch"), incrs: wholes }, titledWhereRoom(data.loss.log ? "Loss (logarithmic)" : "Loss"), series);
      chart.scales = {
        x: { time: false, range: (plot, min, max) => epochs === 1 ? [0.5, 1.5] : [min, max] },
        y: data.loss.log ? { distr: 3 } : {},
      };
      return { options: chart, columns };
    },
  };

  // A value between two gaps makes no line, so it gets a point.
  const standsAlone = values => values.some((value, i) => value != null && values[i - 1] == null && values[i + 1] == null);

  const draw = (figureElement, make) => {
    const box = figureElement.querySelector(".plot");
    const reset = figureElement.querySelector(".reset");
    let plot;
    const size = () => ({ width: box.clientWidth, height: Math.round(Math.min(420, Math.max(260, box.clientWidth * 0.5))) });
    const build = () => {
      plot?.destroy();
      plot = null;
      const made = make();
      box.classList.toggle("nothing", !made);
      reset.hidden = true;
      if (!made)
        return;
      const { options, columns, hooks } = made;
      columns.forEach((values, i) => {
        if (i > 0 && !options.series[i].points && standsAlone(values))
          options.series[i].points = { show: true, size: 7, fill: options.series[i].stroke };
      });
      const [first, last] = [columns[0][0], columns[0].at(-1)];
      options.hooks = {
        ...hooks,
        setScale: [(plot, key) => {
          if (key === "x")
            reset.hidden = plot.scales.x.min <= first && plot.scales.x.max >= last;
        }],
      };
      plot = new uPlot({ ...options, ...size() }, columns, box);
      reset.onclick = () => plot.setData(columns);
    };
    build();
    new ResizeObserver(() => plot && plot.width !== box.clientWidth && plot.setSize(size())).observe(box);
    addEventListener("part", build);
    for (const media of [narrow, matchMedia("(prefers-color-scheme: dark)")])
      media.addEventListener("change", build);
  };

  // The values to come of the chosen part as a table.
  const values = document.querySelector("[data-table=values]");
  const fillValues = () => {
    const { name, decimals, future } = data.parts[chosen];
    const add = (parent, tag, text) => {
      const element = parent.appendChild(document.createElement(tag));
      if (text != null)
        element.textContent = text;
      return element;
    };
    const text = value => (decimals < 0
      ? value.toExponential(3)
      : value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals })).replaceAll("-", "−");
    values.replaceChildren();
    add(values, "h3", name);
    if (!future)
      return void add(values, "p", "It has no values to come.");
    const rows = future.dates.slice(future.first).map((seconds, i) => i + future.first);
    const region = add(values, "div");
    Object.assign(region, {
      className: rows.length > 24 ? "wide long" : "wide",
      tabIndex: 0,
      role: "region",
      ariaLabel: "Values of " + name,
    });
    const table = add(region, "table");
    table.className = "errors values";
    const headings = [rowName, "Value", ...(future.within80 ? ["80 % interval", "95 % interval"] : [])];
    const top = add(add(table, "thead"), "tr"), body = add(table, "tbody");
    for (const heading of headings)
      add(top, "th", heading).scope = "col";
    for (const row of rows) {
      const cells = add(body, "tr");
      add(cells, "th", date(future.dates[row])).scope = "row";
      const ends = band => `${text(band.lower[row])} to ${text(band.upper[row])}`;
      const texts = [text(future.values[row]), ...(future.within80 ? [ends(future.within80), ends(future.within95)] : [])];
      texts.forEach((each, i) => add(cells, "td", each).dataset.name = headings[i + 1]);
    }
  };

  // The lists of parts, the buttons beside them, and the names in the table: all choose the same part.
  const picks = [...document.querySelectorAll(".pick select")];
  const choose = index => {
    chosen = (index + data.parts.length) % data.parts.length;
    for (const pick of picks)
      pick.value = String(chosen);
    if (values)
      fillValues();
    dispatchEvent(new Event("part"));
  };
  for (const pick of picks)
    pick.addEventListener("change", () => choose(Number(pick.value)));
  for (const button of document.querySelectorAll(".pick button"))
    button.onclick = () => choose(chosen + Number(button.dataset.step));
  for (const link of document.querySelectorAll("[data-part]"))
    link.addEventListener("click", () => choose(Number(link.dataset.part)));
  if (picks.length > 0)
    choose(0);

  // Numbers the highest first, then the lowest first; cells without one come last.
  const sort = (table, heading) => {
    const column = [...heading.parentElement.cells].indexOf(heading);
    const cells = [...table.tBodies[0].rows].map(row => row.cells[column]);
    const isNumeric = cells.some(cell => cell.dataset.value);
    const descending = isNumeric ? heading.ariaSort !== "descending" : heading.ariaSort === "ascending";
    const compare = (a, b) => isNumeric
      ? !a.dataset.value || !b.dataset.value
        ? (a.dataset.value ? 0 : 1) - (b.dataset.value ? 0 : 1)
        : (descending ? -1 : 1) * (a.dataset.value - b.dataset.value)
      : (descending ? -1 : 1) * a.textContent.localeCompare(b.textContent);
    table.tBodies[0].append(...cells.sort(compare).map(cell => cell.parentElement));
    for (const other of heading.parentElement.cells)
      other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    for (const heading of table.tHead.rows[0].cells)
      heading.querySelector("button").onclick = () => sort(table, heading);
  }

  // Only now: were anything above to fail, the still pictures would stay.
  document.documentElement.classList.add("js");
  for (const element of document.querySelectorAll("figure.chart"))
    draw(element, charts[element.dataset.chart]);
})();
