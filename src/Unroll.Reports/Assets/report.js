"use strict";
(() => {
  const data = JSON.parse(document.getElementById("report-data").textContent);
  const color = name => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

  // Dates are seconds since 1970 as if in UTC, so that every reader sees the dates of the file.
  const date = seconds => {
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
    legend: { live: true, markers: { width: 3, dash: (plot, i) => plot.series[i].dash ? "dashed" : "solid" } },
    padding: [12, 40, 0, 0],
    cursor: { drag: { x: true, y: false, dist: 5 }, points: { size: 7 } },
    axes: [{ ...axis(), ...x }, { ...axis(), size: labelWidth, values: (plot, ticks) => ticks.map(t => t == null ? "" : tick(t)), ...y }],
    series,
  });

  const dateSeries = { label: "Date", value: (plot, seconds) => seconds == null ? "–" : date(seconds) };
  const day = 86400;
  const wholeDays = [1, 2, 3, 5, 7, 10, 15, 30, 60, 90, 120, 180, 365, 730, 1825, 3650, 7300, 18250, 36500].map(days => days * day);
  const isoDates = {
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
  const titled = title => ({ label: title, labelSize: 22, labelGap: 0, labelFont: axis().font });
  const narrow = matchMedia("(max-width: 560px)");
  const titledWhereRoom = title => narrow.matches ? {} : titled(title);

  const charts = {
    prediction: () => {
      const { band, models } = data.test;
      const chart = options(isoDates, titledWhereRoom(data.target), [
        dateSeries,
        line("Actual", "actual", { width: 2 }),
        line("Naive forecast", "naive", { dash: [6, 4] }),
        ...models.map((model, i) => line(model.name, "model-" + i % 4)),
        ...(band ? [line(band.name + ", upper end", "model-" + band.model % 4, { width: 0 }), line("lower end", "model-" + band.model % 4, { width: 0 })] : []),
      ]);
      const columns = [data.test.dates, data.test.actual, data.test.naive, ...models.map(model => model.values)];
      if (band) {
        const upper = columns.length;
        columns.push(band.upper, band.lower);
        chart.bands = [{ series: [upper, upper + 1], fill: color("model-" + band.model % 4) + "2c" }];
      }
      return { options: chart, columns };
    },

    split: () => {
      const { dates, actual, trainFrom, trainTo } = data.series;
      const [testFrom, testTo] = [data.test.dates[0], data.test.dates.at(-1)];
      const part = (from, to) => actual.map((value, i) => dates[i] >= from && dates[i] <= to ? value : null);
      const train = part(trainFrom, trainTo);
      const test = part(testFrom, testTo);
      const unused = actual.map((value, i) =>
        dates[i] >= trainFrom && dates[i] <= trainTo || dates[i] >= testFrom && dates[i] <= testTo ? null : value);
      const range = (from, to) => ` (${date(from)} to ${date(to)})`;
      const columns = [dates, train, test];
      const series = [dateSeries, line("Train" + range(trainFrom, trainTo), "train"), line("Test" + range(testFrom, testTo), "test", { width: 2 })];
      if (unused.some(value => value != null)) {
        columns.push(unused);
        series.push(line("Not used", "unused"));
      }
      return { options: options(isoDates, titledWhereRoom(data.target), series), columns };
    },

    // One series of several, chosen from a list.
    series: figureElement => {
      const one = data.panel[figureElement.querySelector("select").value];
      const chart = options(isoDates, titledWhereRoom(data.target), [
        dateSeries,
        line("Actual", "actual", { width: 2 }),
        line("Naive forecast", "naive", { dash: [6, 4] }),
        line(data.model, "model-0"),
        ...(one.upper ? [line(data.band + ", upper end", "model-0", { width: 0 }), line("lower end", "model-0", { width: 0 })] : []),
      ]);
      const columns = [one.dates, one.actual, one.naive, one.values];
      if (one.upper) {
        columns.push(one.upper, one.lower);
        chart.bands = [{ series: [4, 5], fill: color("model-0") + "2c" }];
      }
      return { options: chart, columns };
    },

    skill: () => {
      const { names, naive, best } = data.skill;
      const dots = (label, stroke) => line(label, stroke, {
        paths: () => null,
        points: { show: true, size: names.length > 60 ? 5 : 9, fill: color(stroke) },
        value: (plot, value) => value == null ? "–" : value.toFixed(3).replaceAll("-", "−"),
      });
      const chart = options({ incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000], ...titled("Series, the lowest skill against its best baseline first") }, titledWhereRoom("Skill"), [
        { label: "Series", value: (plot, rank) => rank == null ? "–" : names[rank - 1] },
        dots("against the naive forecast", "naive"),
        dots("against the best baseline of the series", "model-0"),
        { label: "as good", stroke: color("quiet"), dash: [6, 4], width: 1, points: { show: false }, value: () => "0" },
      ]);
      chart.scales = { x: { time: false, range: (plot, min, max) => [min - 0.5, max + 0.5] } };
      return { options: chart, columns: [names.map((_, i) => i + 1), naive, best, names.map(() => 0)] };
    },

    loss: () => {
      const epochs = Math.max(1, ...data.loss.models.map(m => Math.max(m.train.length, m.validation?.length ?? 0)));
      const columns = [Array.from({ length: epochs }, (_, i) => i + 1)];
      const series = [{ label: "Epoch", value: (plot, epoch) => epoch == null ? "–" : String(epoch) }];
      const add = (label, losses, i, more) => {
        columns.push(columns[0].map((_, k) => losses[k] ?? null));
        series.push(line(label, "model-" + i % 4, {
          width: 2,
          points: { show: false },
          value: (plot, loss) => loss == null ? "–" : loss.toPrecision(4).replaceAll("-", "−"),
          ...more,
        }));
      };
      data.loss.models.forEach((model, i) => {
        add(model.name + (model.validation ? ", training" : ""), model.train, i);
        if (model.validation)
          add(model.name + ", validation", model.validation, i, { dash: [6, 4] });
      });
      const chart = options({ ...titled("Epoch"), incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] },
        titledWhereRoom(data.loss.log ? "Loss (logarithmic)" : "Loss"), series);
      chart.scales = { x: { time: false, range: (plot, min, max) => epochs === 1 ? [0.5, 1.5] : [min, max] }, y: data.loss.log ? { distr: 3 } : {} };
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
      const { options, columns } = make(figureElement);
      columns.forEach((values, i) => {
        if (i > 0 && !options.series[i].points && standsAlone(values))
          options.series[i].points = { show: true, size: 7, fill: options.series[i].stroke };
      });
      const [first, last] = [columns[0][0], columns[0].at(-1)];
      options.hooks = {
        setScale: [(plot, key) => {
          if (key === "x")
            reset.hidden = plot.scales.x.min <= first && plot.scales.x.max >= last;
        }],
      };
      plot = new uPlot({ ...options, ...size() }, columns, box);
      reset.onclick = () => plot.setData(columns);
    };
    build();
    new ResizeObserver(() => plot.width !== box.clientWidth && plot.setSize(size())).observe(box);
    figureElement.querySelector("select")?.addEventListener("change", build);
    for (const media of [narrow, matchMedia("(prefers-color-scheme: dark)")])
      media.addEventListener("change", build);
  };

  // The list of series: the buttons beside it, and the names in the table.
  const pick = document.getElementById("pick");
  const choose = index => {
    pick.value = String((index + pick.options.length) % pick.options.length);
    pick.dispatchEvent(new Event("change"));
  };
  for (const button of document.querySelectorAll(".pick button"))
    button.onclick = () => choose(Number(pick.value) + Number(button.dataset.step));
  for (const link of document.querySelectorAll("[data-series]"))
    link.addEventListener("click", () => choose(Number(link.dataset.series)));

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
