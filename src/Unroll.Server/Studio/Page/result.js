import { get, pointsPath, runPath } from "./api.js";
import { el, field, fill, problem, say, table } from "./dom.js";
import { duration, error, figure, isNumbered, percent, place, dateText, plural, sentence, skill, whole } from "./format.js";

import { fanOptions } from "./live.js";
import { Plot, swatch } from "./plot.js";
import { heading, judged } from "./runs.js";

let charts = [];

export function leave() {
  for (const chart of charts) chart.destroy();
  charts = [];
}

const kinds = { network: 0, blend: 2, ridge: 1, baseline: 3 };
const colourOf = score => `model-${kinds[score.kind] ?? 3}`;

export async function show(section, id) {
  leave();
  const run = await judged(section, "result", "Result", id);
  if (!run) return;
  const { result } = run,
    naive = result.scores.find(score => score.key === result.naive_key);
  fill(
    section,
    await heading("result", "Result", "Result", run),
    el(
      "div",
      { className: result.is_doubtful ? "verdict doubtful" : "verdict", role: "note", "aria-label": "Verdict" },
      result.verdict.map(each => el("p", {}, sentence(each))),
      result.networks_add &&
        !result.verdict.includes(result.networks_add) &&
        el("p", { className: "quiet" }, sentence(result.networks_add)),
    ),
    exportsOf(run),
    el(
      "div",
      { className: "two loose" },
      el("div", { className: "card" }, forecast(run)),
      el("div", { className: "card" }, bySteps(result, naive)),
    ),
    el("h2", {}, "Errors over the test rows"),
    scores(result, naive),
    el(
      "p",
      { className: "note" },
      `Skill is 1 − ${result.error_name ?? "RMSE"} ÷ that of the naive forecast: above 0 it beats naive, ` +
        "below 0 you would have done better without. " +
        (isSeveral(naive)
          ? "RMSSE and MASE are in units of the changes from row to row of each series and target."
          : "RMSE and MAE are in units of the target, MASE in units of the mean change from row to row."),
    ),
    el("div", { className: "card" }, testPlot(result)),
    result.notes?.length > 0 &&
      el(
        "ul",
        { className: "notes" },
        result.notes.map(note => el("li", {}, sentence(note))),
      ),
  );
}

const exportsOf = run =>
  el(
    "div",
    { className: "buttons", role: "group", "aria-label": "Export" },
    [
      ["unroll", "Forecaster (.unroll)"],
      ["onnx", "Network (ONNX)"],
      ["csv", "Forecast (CSV)"],
      ["report", "Report (HTML)"],
    ].map(([kind, text]) =>
      el(
        "a",
        { className: "button", href: runPath(run.id, `/export/${kind}`), download: "", onclick: event => take(event, run.id, kind) },
        text,
      ),
    ),
    el("a", { className: "button", href: `#understand/${encodeURIComponent(run.id)}` }, "Understand it"),
  );

/** A format that a run does not have is told on the page rather than on a blank one. */
async function take(event, id, kind) {
  event.preventDefault();
  problem(null);
  try {
    const answer = await fetch(runPath(id, `/export/${kind}`));
    if (!answer.ok) {
      const told = await answer.json().catch(() => ({}));
      throw new Error(told.detail ?? `The studio answered ${answer.status}.`);
    }
    const name = /filename\*?=(?:UTF-8'')?"?([^";]+)/i.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? `run-${id}.${kind}`;
    const address = URL.createObjectURL(await answer.blob());
    el("a", { href: address, download: decodeURIComponent(name) }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  } catch (error) {
    problem(error);
  }
}

/** Whether the errors are of several series or targets together. */
const isSeveral = naive => naive?.mae === null || naive?.mae === undefined;

/** What forecasts are compared by. */
const of = score => score.error ?? score.rmse;

function scores(result, naive) {
  const low = Math.min(...result.scores.map(of)),
    name = result.error_name ?? "RMSE",
    several = isSeveral(naive);
  // Of several series or targets, errors are in units of each one's own changes, and there is no mean of values of different units.
  const columns = [
    [name, of],
    ["RMSSE", several && name !== "RMSSE" ? score => score.rmse : null],
    ["RMSE", !several && name !== "RMSE" ? score => score.rmse : null],
    ["MAE", !several && name !== "MAE" ? score => score.mae : null],
    ["MASE", name !== "MASE" ? score => score.mase : null],
  ].filter(([, value]) => value);
  return table(
    "Errors over the test rows",
    ["Forecast", ...columns.map(([title]) => title), "Skill", `Naive ${name}`, "Weights", "Time"],
    result.scores.map(score => ({
      properties: { className: of(score) === low ? "lowest" : "" },
      cells: [
        {
          cell: el(
            "span",
            {},
            swatch(asLine(score, result)),
            el("span", { className: "name" }, score.name),
            of(score) === low && el("span", { className: "tag" }, `lowest ${name}`),
            score.key === result.recommended &&
              el("span", { className: result.is_doubtful ? "tag" : "tag strong" }, result.is_doubtful ? "what is saved" : "recommended"),
          ),
        },
        ...columns.map(([, value]) => error(value(score))),
        skill(score.skill),
        naive ? error(of(naive)) : "–",
        score.parameters ? whole(score.parameters) : "–",
        score.seconds ? duration(score.seconds) : "–",
      ],
    })),
    { className: "figures scores" },
  );
}

/** The best of each kind, and naive. */
function shortList(result) {
  const best = new Map();
  for (const score of [...result.scores].sort((a, b) => of(a) - of(b)))
    if (score.key !== result.naive_key && !best.has(score.kind)) best.set(score.kind, score);
  return [
    ...[...best.values()].filter(score => score.kind !== "baseline"),
    result.scores.find(score => score.key === result.naive_key),
  ].filter(Boolean);
}

const asLine = (score, result) => ({
  label: score.name,
  colour: score.key === result.naive_key ? "naive" : colourOf(score),
  dash: score.key === result.naive_key,
  width: 2,
});

function bySteps(result, naive) {
  const list = shortList(result).filter(score => score.by_step?.length > 0),
    steps = naive?.by_step?.length ?? list[0]?.by_step.length ?? 0;
  if (steps < 2) {
    // All of them: a few bars would leave the card half empty.
    const all = result.scores.toSorted((a, b) => of(a) - of(b)),
      most = Math.max(...all.map(of)) || 1;
    return el(
      "div",
      {},
      el("h3", {}, `${result.error_name ?? "RMSE"} of the test rows`),
      el(
        "div",
        { className: "bars" },
        all.map(score =>
          el(
            "div",
            { className: "bar" },
            el("span", { className: "name" }, score.name),
            el(
              "span",
              { className: "track" },
              el("span", { style: { width: `${(of(score) / most) * 100}%`, background: `var(--${asLine(score, result).colour})` } }),
            ),
            el("span", { className: "figures" }, error(of(score))),
          ),
        ),
      ),
    );
  }
  const plot = new Plot({
    label: `${isSeveral(naive) ? "RMSSE" : "RMSE"} by rows ahead`,
    unit: "row",
    height: 240,
    lines: list.map(score => ({ ...asLine(score, result), dots: steps <= 30 })),
  });
  charts.push(plot);
  plot.set([Array.from({ length: steps }, (_, i) => i + 1), ...list.map(score => score.by_step)]);
  return plot.element;
}

function forecast(run) {
  const { result } = run,
    holder = el("div"),
    values = el("div"),
    note = el("p", { className: "quiet small" });
  const pick = el(
    "select",
    { onchange: () => draw(Number(pick.value)) },
    result.future.map((each, i) => el("option", { value: String(i) }, [each.series, each.target].filter(Boolean).join(", "))),
  );
  const draw = async index => {
    const future = result.future[index],
      levels = future.intervals.map(interval => interval.level);
    const points = await get(pointsPath(run.data, future.series, future.target, 20000)).catch(() => null);
    const keep = Math.max(16, future.dates.length * 5);
    const old = points?.dates.slice(-keep) ?? [],
      history = points?.columns[future.target].slice(-keep) ?? [];
    const chart = new Plot({ ...fanOptions(levels, "accent"), label: "Forecast of the rows to come" });
    charts.push(chart);
    fill(holder, chart.element);
    const before = line => [...history.map((value, i) => (i === history.length - 1 ? value : null)), ...line];
    // Without a pointer the first row to come is told.
    chart.rest = old.length;
    chart.set(
      [
        [...old, ...future.dates].map(place),
        [...history, ...future.dates.map(() => null)],
        before(future.value),
        ...future.intervals.flatMap(interval => [before(interval.lower), before(interval.upper)]),
      ],
      isNumbered(future.dates),
    );
    say(note, future.note ?? "");
    fill(
      values,
      table(
        "Forecast of the rows to come",
        ["Row", "Forecast", ...levels.map(level => `${percent(level, 0)} interval`)],
        future.dates.map((date, i) => [
          dateText(date),
          figure(future.value[i]),
          ...future.intervals.map(interval => `${figure(interval.lower[i])} to ${figure(interval.upper[i])}`),
        ]),
        { className: "figures" },
      ),
    );
  };
  draw(0).catch(problem);
  return el(
    "div",
    {},
    result.future.length > 1 && field("Series and target", pick),
    holder,
    note,
    el("details", {}, el("summary", {}, "As a table"), values),
  );
}

function testPlot(result) {
  const { test } = result,
    known = result.scores.filter(score => test.predictions[score.key]),
    short = new Set(shortList(result).map(score => score.key));
  const lines = [
    { label: "actual", colour: "actual", width: 1.5 },
    ...known.map(score => ({ ...asLine(score, result), width: 1.4, hidden: !short.has(score.key) })),
  ];
  const plot = new Plot({
    label: "Predictions of the test rows",
    title: `Predictions of the test rows of ${[test.series, test.target].filter(Boolean).join(", ")}, ${plural(test.step, "row")} ahead`,
    unit: "date",
    height: 300,
    lines,
    zoom: true,
    switches: true,
  });
  charts.push(plot);
  plot.set([test.dates.map(place), test.actual, ...known.map(score => test.predictions[score.key])], isNumbered(test.dates));
  return el(
    "div",
    {},
    plot.element,
    el("p", { className: "quiet small" }, "Press a name to show or hide its line. Drag to look closer, press twice to see all."),
  );
}
