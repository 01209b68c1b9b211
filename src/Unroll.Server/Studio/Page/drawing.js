import { el } from "./dom.js";
import { figure } from "./format.js";

const svg = (width, height, label, ...children) =>
  el("svg:svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, ...children);

/** A small line of a column. */
export function spark(values, label) {
  const known = values.filter(value => value !== null && Number.isFinite(value));
  const low = Math.min(...known),
    span = Math.max(...known) - low || 1;
  let line = "",
    pen = "M";
  values.forEach((value, i) => {
    if (value === null || !Number.isFinite(value)) {
      pen = "M";
      return;
    }
    line += `${pen}${((i / Math.max(1, values.length - 1)) * 98 + 1).toFixed(1)} ${(23 - ((value - low) / span) * 22).toFixed(1)}`;
    pen = "L";
  });
  const picture = svg(100, 24, label, el("svg:path", { d: line, className: "spark" }));
  picture.setAttribute("preserveAspectRatio", "none");
  picture.classList.add("sparkline");
  return picture;
}

/** Bars of counts. */
export function histogram({ from, to, counts }, label) {
  const most = Math.max(1, ...counts),
    wide = 120 / counts.length;
  return el(
    "div",
    { className: "histogram" },
    svg(
      120,
      40,
      label,
      counts.map((count, i) =>
        el("svg:rect", {
          className: "count",
          x: (i * wide).toFixed(2),
          width: Math.max(0.5, wide - 0.6).toFixed(2),
          y: (40 - (count / most) * 40).toFixed(2),
          height: ((count / most) * 40).toFixed(2),
        }),
      ),
    ),
    el("div", { className: "ends quiet" }, el("span", {}, figure(from)), el("span", {}, figure(to))),
  );
}

/** Parts of each row ahead, above and below 0, with their sum as a dot. */
export function stacked(parts, names, label, width) {
  const steps = names.length,
    height = 250,
    left = 64,
    bottom = 26,
    right = 8,
    top = 8;
  const up = names.map((_, i) => parts.reduce((sum, part) => sum + Math.max(0, part.values[i]), 0));
  const down = names.map((_, i) => parts.reduce((sum, part) => sum + Math.min(0, part.values[i]), 0));
  const high = Math.max(0, ...up) || 1,
    low = Math.min(0, ...down),
    span = (high - low) * 1.04 || 1;
  const y = value => top + ((high - value) / span) * (height - top - bottom);
  const wide = (width - left - right) / steps,
    bar = Math.min(48, wide * 0.7);
  const shapes = [];
  for (const value of [high, (high + low) / 2, low, 0])
    shapes.push(
      el("svg:line", { className: value === 0 ? "zero" : "grid", x1: left, x2: width - right, y1: y(value), y2: y(value) }),
      value === 0 && low < 0 && Math.abs(y(0) - y(low)) < 14
        ? null
        : el("svg:text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, figure(value)),
    );
  names.forEach((name, i) => {
    let above = 0,
      below = 0;
    const x = left + (i + 0.5) * wide - bar / 2;
    parts.forEach((part, k) => {
      const value = part.values[i],
        from = value >= 0 ? above : below;
      shapes.push(
        el("svg:rect", {
          x,
          width: bar,
          y: Math.min(y(from), y(from + value)),
          height: Math.abs(y(from) - y(from + value)),
          style: { fill: `var(--part-${k % 6})` },
        }),
      );
      if (value >= 0) above += value;
      else below += value;
    });
    shapes.push(el("svg:circle", { className: "sum", cx: x + bar / 2, cy: y(above + below), r: 3.5 }));
    if (i % Math.ceil(90 / wide) === 0) shapes.push(el("svg:text", { x: x + bar / 2, y: height - 8, "text-anchor": "middle" }, name));
  });
  return svg(width, height, label, ...shapes);
}

/** Layers as boxes, each under those that it takes from, with shapes on the lines. */
export function layers(given, label) {
  // Where no layer says what it takes, each takes the one before.
  const list = given.some(layer => layer.takes?.length > 0)
    ? given
    : given.map((layer, i) => ({ ...layer, takes: i === 0 ? [] : [given[i - 1].name] }));
  const depth = new Map();
  const byName = new Map(list.map(layer => [layer.name, layer]));
  const depthOf = (name, seen = new Set()) => {
    if (depth.has(name) || !byName.has(name) || seen.has(name)) return depth.get(name) ?? 0;
    seen.add(name);
    const taken = (byName.get(name).takes ?? []).filter(other => byName.has(other));
    const found = taken.length === 0 ? 0 : 1 + Math.max(...taken.map(other => depthOf(other, seen)));
    depth.set(name, found);
    return found;
  };
  list.forEach(layer => depthOf(layer.name));
  const levels = [];
  for (const layer of list) (levels[depth.get(layer.name)] ??= []).push(layer);
  const wide = 190,
    tall = 56,
    gap = 40,
    across = Math.max(...levels.map(level => level?.length ?? 0)),
    width = across * (wide + 20);
  const at = new Map();
  levels.forEach((level, d) =>
    level.forEach((layer, i) => at.set(layer.name, { x: width / 2 + (i - (level.length - 1) / 2) * (wide + 20), y: d * (tall + gap) + 4 })),
  );
  const lines = list.flatMap(layer =>
    (layer.takes ?? [])
      .filter(other => at.has(other))
      .map(other => {
        const a = at.get(other),
          b = at.get(layer.name),
          long = depth.get(layer.name) - depth.get(other) > 1;
        const side = long ? width / 2 + (a.x >= width / 2 ? 1 : -1) * (wide / 2 + 8) : 0;
        const way = long
          ? `M${a.x} ${a.y + tall}C${side} ${a.y + tall + gap} ${side} ${b.y - gap} ${b.x + (side > b.x ? 30 : -30)} ${b.y}`
          : `M${a.x} ${a.y + tall}L${b.x} ${b.y}`;
        return el("svg:path", { className: "wire", d: way });
      }),
  );
  const boxes = list.map(layer => {
    const { x, y } = at.get(layer.name);
    return el(
      "svg:g",
      {},
      el("svg:rect", { className: "layer", x: x - wide / 2, y, width: wide, height: tall, rx: 6 }),
      el("svg:text", { className: "strong", x, y: y + 22, "text-anchor": "middle" }, layer.kind),
      el(
        "svg:text",
        { x, y: y + 42, "text-anchor": "middle" },
        `${layer.output} · ${layer.parameters ? layer.parameters.toLocaleString("en-US") : "no"} weights`,
      ),
    );
  });
  const picture = svg(width, levels.length * (tall + gap) - gap + 8, label, ...lines, ...boxes);
  picture.classList.add("model");
  picture.style.maxWidth = `${width}px`;
  return picture;
}
