import { get, remove, runPath } from "./api.js";
import { announce, button, el, empty, fill, problem, say, table } from "./dom.js";
import { Curves } from "./curves.js";
import { duration, error, plural, runTitle, skill, states } from "./format.js";
import { Plot } from "./plot.js";
import { settingName, valueWords } from "./words.js";

const most = 4;
const chosen = new Set();
let plot = null,
  place = null;

export function leave() {
  plot?.destroy();
  plot = null;
}

export async function show(section) {
  leave();
  const runs = await get("api/runs");
  place = el("div");
  fill(section, el("h1", { id: "compare-title" }, "Compare"));
  if (runs.length === 0) {
    section.append(
      empty(
        "There are no runs",
        "Each run is kept here with its settings, curves and errors.",
        el("a", { href: "#data", className: "button primary" }, "Choose data"),
      ),
    );
    return;
  }
  const ids = new Set(runs.map(run => String(run.id)));
  for (const id of [...chosen]) if (!ids.has(id)) chosen.delete(id);
  if (chosen.size === 0) for (const run of runs.slice(0, 2)) chosen.add(String(run.id));
  section.append(
    list(section, runs),
    el(
      "p",
      { className: "note" },
      "Errors are RMSE over the test rows, in units of the target, unless another name is beside them. " +
        "Choose up to four runs to see them side by side.",
    ),
    place,
  );
  await compare();
}

function list(section, runs) {
  return table(
    "All runs",
    ["Run", "Compare", "Data", "State", "Error", "Naive", "Best rule", "Skill", "Time", "Epochs in all", ""],
    runs.map(run => {
      const id = String(run.id),
        box = el("input", { type: "checkbox", "aria-label": `Compare run ${id}`, onchange: () => choose(id, box) });
      box.checked = chosen.has(id);
      return [
        {
          cell: el(
            "a",
            {
              href: `#${run.state === "done" || run.state === "stopped" ? "result" : "train"}/${encodeURIComponent(id)}`,
              className: "name",
            },
            `${id}: ${runTitle(run)}`,
          ),
        },
        box,
        el("span", { className: "name" }, run.data_name),
        el("span", { className: "pill", "data-state": run.state }, states[run.state] ?? run.state),
        run.error === null ? "–" : `${error(run.error)}${run.error_name === "RMSE" ? "" : ` ${run.error_name}`}`,
        error(run.naive),
        run.best_baseline ? el("span", { className: "name" }, `${error(run.best_baseline.error)} ${run.best_baseline.name}`) : "–",
        run.error && run.naive ? skill(1 - run.error / run.naive) : "–",
        duration(run.seconds),
        `${run.epoch ?? "–"}`,
        button(
          "Delete",
          async () => {
            if (!confirm(`Delete run ${id}, its forecaster and its report?`)) return;
            await remove(runPath(id));
            announce(`Run ${id} is deleted.`);
            await show(section);
          },
          { "aria-label": `Delete run ${id}`, className: "plain" },
        ),
      ];
    }),
    { className: "figures scores" },
  );
}

function choose(id, box) {
  if (box.checked && chosen.size >= most) {
    box.checked = false;
    return problem(new Error(`${most} runs are compared already. Take one of them out first.`));
  }
  problem(null);
  if (box.checked) chosen.add(id);
  else chosen.delete(id);
  compare().catch(problem);
}

async function compare() {
  const wanted = [...chosen].join();
  const runs = await Promise.all([...chosen].map(id => get(runPath(id))));
  if ([...chosen].join() !== wanted) return;
  leave();
  fill(
    place,
    runs.length > 0 && [
      el("div", { className: "card" }, curves(runs)),
      el("h2", {}, "Errors and settings side by side"),
      settings(runs),
      el("h2", {}, "Repeat a run"),
      runs.map(program),
    ],
  );
}

/** Of each run the network with the lowest error, as a part of the naive error: so runs of other data can be laid over each other. */
function curves(runs) {
  const best = runs.map(run => {
    const all = new Map();
    for (const event of run.epochs ?? []) {
      const curve = all.get(event.network.index) ?? new Curves(event.network.index, event.network);
      curve.add(event);
      all.set(event.network.index, curve);
    }
    const low = curve => Math.min(...curve.points().map(([, value]) => (value.naive ? value.network / value.naive : Infinity)));
    return [...all.values()].filter(curve => curve.measured).sort((a, b) => low(a) - low(b))[0];
  });
  const known = runs.map((run, i) => ({ run, curve: best[i], k: i })).filter(each => each.curve);
  if (known.length === 0) return el("p", { className: "quiet" }, "These runs have no errors of validation rows to lay over each other.");
  const x = [...new Set(known.flatMap(each => each.curve.points().map(([epoch]) => epoch)))].sort((a, b) => a - b);
  plot = new Plot({
    label: "Validation error by epoch, as a part of the naive forecast's",
    unit: "epoch",
    height: 280,
    lines: [
      ...known.map(({ run, curve, k }) => ({ label: `${run.id}: ${curve.title}`, colour: `model-${k}` })),
      { label: "naive", colour: "naive", dash: true, dots: false },
    ],
  });
  plot.set([
    x,
    ...known.map(({ curve }) => {
      const at = new Map(curve.points().map(([epoch, value]) => [epoch, value.naive ? value.network / value.naive : null]));
      return x.map(epoch => at.get(epoch) ?? undefined);
    }),
    x.map(() => 1),
  ]);
  return el(
    "div",
    {},
    plot.element,
    el(
      "p",
      { className: "quiet small" },
      `The network of each run with the lowest validation error, over ${plural(x.at(-1), "epoch")}. Below 1 it beats naive.`,
    ),
  );
}

function settings(runs) {
  const flat = runs.map(run => flatten({ ...run.settings, data: run.data_name }));
  const names = [...new Set(flat.flatMap(each => Object.keys(each)))];
  // Where no run was given one, each chose its own.
  if (!names.includes("window")) names.splice(names.indexOf("epochs"), 0, "window");
  const rows = names.map(name => {
    const values = flat.map(each => (each[name] === undefined ? unset(name) : valueWords(name, each[name]))),
      differs = new Set(values).size > 1;
    return {
      properties: { className: differs ? "differs" : "" },
      cells: [
        { cell: el("span", {}, settingName(name), differs && el("span", { className: "tag strong" }, "differs")) },
        ...values,
      ],
    };
  });
  return table(
    "Errors and settings side by side",
    ["", ...runs.map(run => ({ cell: el("span", { className: "name" }, `${run.id}: ${runTitle(run)}`) }))],
    [...results(runs), ...rows],
    { className: "settings" },
  );
}

/** What is not given is chosen by the run. */
const unset = name => (name === "window" ? "chosen for each input" : "–");

/** What came of the runs, above what was asked: the error, and what it is to be compared with. */
function results(runs) {
  const row = (title, cell) => ({ properties: { className: "outcome" }, cells: [title, ...runs.map(cell)] });
  const isJudged = run => run.error !== null && run.error !== undefined;
  return [
    row("Error of the test rows", run =>
      isJudged(run) ? `${error(run.error)} ${run.error_name ?? ""}` : (states[run.state] ?? run.state),
    ),
    row("Naive forecast's", run => error(run.naive)),
    row("Best rule's", run => (run.best_baseline ? `${error(run.best_baseline.error)}, ${run.best_baseline.name}` : "–")),
    row("Skill", run => (isJudged(run) && run.naive ? skill(1 - run.error / run.naive) : "–")),
  ];
}

function flatten(value, prefix = "") {
  const found = {};
  for (const [key, item] of Object.entries(value)) {
    const name = prefix + key;
    if (item === null || item === undefined) continue;
    if (Array.isArray(item)) found[name] = item.join(", ") || "none";
    else if (typeof item === "object") Object.assign(found, flatten(item, `${name}, `));
    else found[name] = typeof item === "boolean" ? (item ? "yes" : "no") : String(item);
  }
  return found;
}

function program(run) {
  const holder = el("div", {}, el("p", { className: "quiet" }, "…"));
  const details = el(
    "details",
    {
      className: "card",
      ontoggle: async () => {
        if (!details.open || details.dataset.loaded) return;
        details.dataset.loaded = "1";
        try {
          const { command, csharp } = await get(runPath(run.id, "/program"));
          fill(holder, code(`The command of run ${run.id}`, command), code(`The C# program of run ${run.id}`, csharp));
        } catch (error) {
          fill(holder, el("p", { className: "problem", role: "alert" }, error.message));
        }
      },
    },
    el(
      "summary",
      { className: "name" },
      `${run.id}: ${runTitle(run)}`,
      run.error && run.naive
        ? el("span", { className: "quiet" }, ` · ${run.error_name ?? "error"} ${error(run.error)}, naive ${error(run.naive)}`)
        : null,
    ),
    holder,
  );
  return details;
}

function code(title, text) {
  const said = el("span", { role: "status", className: "quiet small" });
  return el(
    "div",
    { className: "code" },
    el(
      "div",
      { className: "heading" },
      el("h4", {}, title),
      el(
        "div",
        {},
        said,
        " ",
        button(
          "Copy",
          async () => {
            await copy(text);
            say(said, "Copied.");
          },
          { "aria-label": `Copy ${title.toLowerCase().replace("the c#", "the C#")}` },
        ),
      ),
    ),
    el("pre", { tabindex: "0", "aria-label": title }, text),
  );
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    throw new Error("The browser does not let this page copy. Mark the text and copy it by hand.");
  }
}
