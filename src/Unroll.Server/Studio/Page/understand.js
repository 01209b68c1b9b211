import { get, runPath } from "./api.js";
import { el, empty, fill, table } from "./dom.js";
import { histogram, layers, stacked } from "./drawing.js";
import { dateText, figure, percent, sentence, whole } from "./format.js";
import { Heat } from "./heat.js";
import { heading, judged } from "./runs.js";

export async function show(section, id) {
  const run = await judged(section, "understand", "Understand", id);
  if (!run) return;
  const head = await heading("understand", "Understand", "Understand", run);
  fill(section, head, el("p", { className: "quiet" }, "Working it out …"));
  const [explanation, model] = await Promise.all([
    get(runPath(run.id, "/explain")).catch(error => error),
    get(runPath(run.id, "/model")).catch(error => error),
  ]);
  fill(
    section,
    head,
    explanation instanceof Error ? empty("There is no explanation", explanation.message) : explained(explanation),
    model instanceof Error ? empty("The networks cannot be shown", model.message) : networks(model),
  );
}

function explained(explanation) {
  return [
    explanation.why?.length > 0 &&
      el(
        "div",
        { className: "verdict", role: "note", "aria-label": "Why" },
        explanation.why.map(each => el("p", {}, sentence(each))),
      ),
    el(
      "div",
      { className: "two loose" },
      el(
        "div",
        { className: "card" },
        el("h3", {}, "Who the forecast is made of"),
        bars(
          explanation.shares.toSorted((a, b) => b.share - a.share).map(each => [each.forecaster, each.share]),
          "Shares",
        ),
      ),
      el(
        "div",
        { className: "card" },
        el("h3", {}, "What drives it"),
        explanation.drivers.length > 0
          ? [
              bars(
                explanation.drivers
                  .toSorted((a, b) => b.share_of_error - a.share_of_error)
                  .map(each => [
                    each.input,
                    each.share_of_error,
                    each.increase === undefined ? null : `${percent(each.increase / 100)} more error`,
                  ]),
                "Drivers",
              ),
              el("p", { className: "quiet small" }, "Each input in turn is shuffled: its part of how much the errors grow by that."),
            ]
          : el("p", { className: "quiet" }, "The forecasters of this run have no inputs to compare."),
      ),
    ),
    contributions(explanation),
    el(
      "div",
      { className: "two" },
      el("div", { className: "card" }, el("h3", {}, "Do the intervals hold what they promise?"), coverage(explanation.coverage)),
      explanation.attention && el("div", { className: "card" }, attention(explanation.attention)),
    ),
  ];
}

function bars(rows, label) {
  const most = Math.max(0.01, ...rows.map(([, value]) => Math.abs(value)));
  return el(
    "div",
    { className: "bars", role: "list", "aria-label": label },
    rows.map(([name, value, more]) =>
      el(
        "div",
        { className: "bar", role: "listitem" },
        el("span", { className: "name" }, name, more && el("small", {}, more)),
        el(
          "span",
          { className: "track", "aria-hidden": "true" },
          el("span", { style: { width: `${(Math.max(0, value) / most) * 100}%` } }),
        ),
        el("span", { className: "figures" }, percent(value)),
      ),
    ),
  );
}

function contributions({ contributions: all }) {
  if (all.length === 0) return null;
  const holder = el("div");
  let wide = null;
  const draw = index => {
    // The level is far larger than what is added to it, so it is told rather than drawn.
    const one = all[index],
      names = one.dates.map(dateText),
      level = one.parts.length > 1 ? one.parts.find(part => part.name === "level") : null;
    const drawn = one.parts.filter(part => part !== level && part.values.some(value => value !== 0)),
      picture = el("div");
    // Drawn as wide as it is shown, so that its letters are as large as those beside it.
    wide?.disconnect();
    wide = new ResizeObserver(
      () => picture.clientWidth > 0 && fill(picture, stacked(drawn, names, `Parts of the forecast of ${one.target}`, picture.clientWidth)),
    );
    wide.observe(picture);
    fill(
      holder,
      el(
        "ul",
        { className: "legend" },
        drawn.map((part, k) =>
          el(
            "li",
            {},
            el("span", { className: "swatch area", style: { background: `var(--part-${k % 6})` }, "aria-hidden": "true" }),
            part.name,
          ),
        ),
        el("li", {}, el("span", { className: "swatch dot", "aria-hidden": "true" }), level ? "all of them" : "forecast"),
      ),
      level &&
        el(
          "p",
          { className: "quiet small" },
          `What is added to the level, which is ${figure(level.values[0])} at the first row` +
            (level.values.length > 1 ? ` and ${figure(level.values.at(-1))} at the last.` : "."),
        ),
      picture,
      el(
        "details",
        {},
        el("summary", {}, "As a table"),
        table(
          "Parts of the forecast",
          ["Row", ...one.parts.map(part => part.name), "Sum"],
          names.map((name, i) => [
            name,
            ...one.parts.map(part => figure(part.values[i])),
            figure(one.parts.reduce((sum, part) => sum + part.values[i], 0)),
          ]),
          { className: "figures" },
        ),
      ),
    );
  };
  const pick = el(
    "select",
    { "aria-label": "Series and target", onchange: () => draw(Number(pick.value)) },
    all.map((each, i) => el("option", { value: String(i) }, [each.series, each.target].filter(Boolean).join(", "))),
  );
  draw(0);
  return el(
    "div",
    { className: "card" },
    el("div", { className: "heading" }, el("h3", {}, "Parts of the forecast, row by row"), all.length > 1 && pick),
    holder,
  );
}

function coverage(list) {
  if (!list || list.length === 0) return el("p", { className: "quiet" }, "This run has no intervals.");
  return [
    el("p", { className: "quiet small" }, "The share of test rows whose value lay inside."),
    list.map(each => {
      const off = each.inside - each.level;
      return el(
        "div",
        { className: "coverage" },
        el(
          "p",
          {},
          el("strong", {}, `${percent(each.level, 0)} interval`),
          `: ${percent(each.inside)} inside, `,
          Math.abs(off) < 0.03 ? "as promised" : off < 0 ? `${percent(-off)} too few` : `${percent(off)} more than promised`,
        ),
        each.by_step.length < 2
          ? el(
              "div",
              { className: "track", "aria-hidden": "true" },
              el("span", { style: { width: `${each.inside * 100}%` } }),
              el("span", { className: "promise", style: { left: `${each.level * 100}%` } }),
            )
          : el(
              "div",
              {
                className: "steps",
                role: "img",
                "aria-label": `By rows ahead: ${each.by_step.map(share => percent(share, 0)).join(", ")}`,
              },
              each.by_step.map(share => el("span", { style: { height: `${Math.max(1, share * 100)}%` } })),
              el("span", { className: "promise", style: { bottom: `${each.level * 100}%` } }),
            ),
      );
    }),
  ];
}

function attention(one) {
  const heat = new Heat({
    label: "Attention",
    title: `Attention of ${one.forecaster}: rows ahead down, rows of the window across`,
    height: Math.min(220, Math.max(64, one.rows.length * 18)),
    name: (r, c) => `${one.rows[r]} looks at ${dateText(one.columns[c])}`,
  });
  heat.set(one.weights);
  return heat.element;
}

function networks({ networks: all }) {
  if (all.length === 0) return empty("There are no networks", "This run is made of other forecasters alone.");
  const holder = el("div");
  const draw = index => {
    const { name, layers: list, weights } = all[index];
    fill(
      holder,
      el(
        "div",
        { className: "two model-view" },
        el(
          "div",
          {},
          list.length > 0 ? layers(list, `Layers of ${name}, from input to output`) : null,
          el(
            "details",
            {},
            el("summary", {}, "As a table"),
            table(
              "Layers",
              ["Layer", "Kind", "Output", "Weights", "Takes"],
              list.map(layer => [
                layer.name,
                layer.kind,
                layer.output,
                whole(layer.parameters),
                (layer.takes ?? []).join(", ") || "what is before it",
              ]),
              { className: "figures" },
            ),
          ),
        ),
        el(
          "div",
          { className: "weights" },
          weights.map(weight => {
            const matrix =
              weight.matrix?.length > 0 && weight.matrix[0].length > 0
                ? new Heat({
                    label: `Weights of ${weight.name}`,
                    title: "means of blocks",
                    kind: "both",
                    height: Math.min(110, Math.max(20, weight.matrix.length * 4)),
                    name: (r, c) => `block ${r + 1}, ${c + 1}`,
                  })
                : null;
            matrix?.set(weight.matrix);
            return el(
              "div",
              { className: "weight" },
              el("h4", { className: "name" }, weight.name, " ", el("span", { className: "quiet" }, weight.shape)),
              el(
                "p",
                { className: "quiet small" },
                `${figure(weight.min)} to ${figure(weight.max)}, mean ${figure(weight.mean)}, RMS ${figure(weight.rms)}`,
              ),
              histogram(weight.histogram, `Histogram of ${weight.name}`),
              matrix?.element,
            );
          }),
        ),
      ),
    );
  };
  const pick = el(
    "select",
    { "aria-label": "Network", onchange: () => draw(Number(pick.value)) },
    all.map((each, i) => el("option", { value: String(i) }, each.name)),
  );
  draw(0);
  return el(
    "div",
    { className: "card" },
    el("div", { className: "heading" }, el("h3", {}, "The networks"), all.length > 1 && pick),
    holder,
  );
}
