import { get, post, upload } from "./api.js";
import { announce, button, el, fill, problem, table } from "./dom.js";
import { spark } from "./drawing.js";
import { dateText, figure, percent, plural, whole } from "./format.js";
import { Reading } from "./reading.js";
import { Series } from "./series.js";
import { Task } from "./task.js";

let place = null,
  chosen = null,
  series = null,
  reading = null;

export async function show(section, id) {
  if (!place) {
    place = { drop: el("div"), view: el("div") };
    section.append(el("h1", { id: "data-title" }, "Data"), place.drop, place.view);
  }
  if (!id) {
    chosen = null;
    series?.destroy();
    fill(place.view);
    await choose();
  } else if (chosen?.id !== id) {
    fill(place.drop);
    fill(place.view, el("p", { className: "quiet" }, "Reading …"));
    open(await get(`api/data/${encodeURIComponent(id)}`));
  }
}

async function choose() {
  const [samples, files] = await Promise.all([get("api/samples"), get("api/data")]);
  const input = el("input", { type: "file", id: "file", accept: ".csv,.tsv,.txt,.xlsx,.parquet,.gz" });
  input.addEventListener("change", () => take(input.files));
  const zone = el(
    "div",
    { className: "drop" },
    el("p", { className: "large" }, "Drop a table here, or ", el("label", { for: "file", className: "link" }, "choose a file"), input),
    el("p", { className: "quiet" }, "Text with any delimiter, .xlsx or Parquet, with a column of dates. It stays on this machine."),
  );
  zone.addEventListener("dragover", event => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", event => {
    event.preventDefault();
    zone.classList.remove("over");
    take(event.dataTransfer.files);
  });
  reading = new Reading(() => take(reading.file ? [reading.file] : []));
  fill(
    place.drop,
    el(
      "p",
      { className: "quiet" },
      "Give the studio a table. It trains networks on it, judges them beside simple rules on rows that they have not seen, " +
        "and forecasts the rows to come.",
    ),
    zone,
    reading.element,
    el("h2", {}, "Or try a sample"),
    el(
      "ul",
      { className: "choices" },
      samples.map(sample =>
        el(
          "li",
          {},
          button(
            sample.title,
            async () => {
              const view = await post(`api/data/sample/${encodeURIComponent(sample.name)}`);
              location.hash = `#data/${encodeURIComponent(view.id)}`;
            },
            { className: "choice" },
          ),
          el("span", { className: "quiet" }, plural(sample.rows, "row")),
        ),
      ),
    ),
    files.length > 0 && el("h2", {}, "Earlier files"),
    files.length > 0 &&
      el(
        "ul",
        { className: "choices" },
        files.map(file =>
          el(
            "li",
            {},
            el("a", { href: `#data/${encodeURIComponent(file.id)}`, className: "choice" }, file.name),
            el(
              "span",
              { className: "quiet" },
              `${plural(file.rows, "row")}${file.series > 1 ? ` of ${plural(file.series, "series", "series")}` : ""}`,
            ),
            el("span", { className: "quiet" }, `${dateText(file.first)} to ${dateText(file.last)}`),
          ),
        ),
      ),
  );
}

async function take(files) {
  if (files.length === 0) return;
  if (files.length > 1)
    return problem(new Error(`${files.length} files were given, and the studio reads one at a time. Drop one of them.`));
  problem(null);
  announce("The file is being read.");
  try {
    reading.file = files[0];
    const view = await upload(files[0], reading.given);
    location.hash = `#data/${encodeURIComponent(view.id)}`;
  } catch (error) {
    problem(error);
    reading.offer();
  }
}

function open(view) {
  chosen = view;
  series?.destroy();
  fill(place.drop);
  const numbers = view.columns.filter(column => column.is_number);
  series = new Series(view);
  const task = new Task(view, column => series.choose(column));
  fill(
    place.view,
    el(
      "div",
      { className: "heading" },
      el(
        "div",
        {},
        el("h2", { className: "name" }, view.name),
        el(
          "p",
          { className: "quiet" },
          [
            plural(view.rows, "row"),
            view.series.length > 1 && plural(view.series.length, "series", "series"),
            `${dateText(view.series[0].first)} to ${dateText(view.series[0].last)}`,
          ]
            .filter(Boolean)
            .join(", "),
        ),
      ),
      el("a", { href: "#data", className: "button" }, "Other data"),
    ),
    el(
      "div",
      { className: "two side" },
      el(
        "div",
        {},
        el(
          "div",
          { className: "card" },
          el("h3", {}, "What was understood"),
          el("p", {}, view.reading),
          el("p", {}, view.calendar),
          view.notes.map(note => el("p", { className: "quiet" }, note)),
        ),
        el("div", { className: "card" }, series.element),
        el("div", { className: "card" }, el("h3", {}, "Columns"), columns(view), facts(view, numbers)),
      ),
      el("div", { className: "card task" }, task.element),
    ),
  );
  announce(`${view.name} was read: ${plural(view.rows, "row")}.`);
}

const columns = view =>
  table(
    "Columns",
    ["Column", "Shape", "Missing", "Lowest", "Mean", "Highest"],
    view.columns.map(column => [
      column.is_number
        ? {
            cell: el(
              "button",
              { type: "button", className: "plain", "aria-label": `Show ${column.name}`, onclick: () => series.choose(column.name) },
              column.name,
            ),
            properties: { className: "name" },
          }
        : { cell: column.name, properties: { className: "name" } },
      column.is_number && column.spark?.length > 1
        ? spark(column.spark, `The shape of ${column.name}`)
        : el("span", { className: "quiet" }, "text"),
      whole(column.missing),
      figure(column.min),
      figure(column.mean),
      figure(column.max),
    ]),
    { className: "figures scores" },
  );

function facts(view) {
  return el(
    "div",
    { className: "facts" },
    fact(
      "Seasons",
      view.seasons.length,
      view.seasons.map(season => `${season.column}: every ${plural(season.period, "row")}, strength ${percent(season.strength, 0)}`),
      "No season was found.",
    ),
    fact(
      "Gaps",
      view.gaps.length,
      view.gaps.map(gap => `${dateText(gap.from)} to ${dateText(gap.to)}, ${plural(gap.rows, "row")}`),
      "No row is missing.",
    ),
    fact(
      "Outliers",
      view.outliers.length,
      view.outliers.map(
        outlier =>
          [outlier.series, outlier.column, dateText(outlier.date)].filter(Boolean).join(", ") +
          `: ${figure(outlier.value)}, expected ${figure(outlier.expected)}`,
      ),
      "No value stands out.",
    ),
  );
}

function fact(title, count, lines, none) {
  if (count === 0) return el("div", {}, el("h4", {}, title), el("p", { className: "quiet" }, none));
  const list = some =>
    el(
      "ul",
      {},
      some.map(line => el("li", {}, line)),
    );
  return el(
    "div",
    {},
    el("h4", {}, `${title} `, el("span", { className: "count" }, whole(count))),
    list(lines.slice(0, 4)),
    lines.length > 4 && el("details", {}, el("summary", {}, `${whole(Math.min(lines.length, 200) - 4)} more`), list(lines.slice(4, 200))),
  );
}
