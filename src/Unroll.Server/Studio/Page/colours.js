// Colours come from studio.css alone. A canvas needs them resolved, so they are read from an element, once for each theme.

const known = new Map();
const probe = document.createElement("span");
const listeners = new Set();

/** The colour of a name of studio.css, as rgb(…) or rgba(…). */
export function colour(name) {
  let found = known.get(name);
  if (!found) {
    if (!probe.isConnected) {
      probe.hidden = true;
      document.body.append(probe);
    }
    probe.style.color = `var(--${name})`;
    found = getComputedStyle(probe).color;
    known.set(name, found);
  }
  return found;
}

export function faint(name, opacity) {
  const [r, g, b] = parts(colour(name));
  return `rgba(${r}, ${g}, ${b}, ${opacity})`;
}

const parts = text =>
  text
    .match(/[\d.]+/g)
    .slice(0, 3)
    .map(Number);

/** 256 colours from one end to the other, over those between, as RGBA bytes. */
export function scaleOf(kind) {
  const key = `scale ${kind}`;
  let found = known.get(key);
  if (!found) {
    const stops = (kind === "both" ? ["cold", "middle", "warm"] : ["middle", "heat-1", "heat-2", "heat-3"]).map(name =>
      parts(colour(name)),
    );
    found = new Uint8ClampedArray(256 * 4);
    for (let i = 0; i < 256; i++) {
      const at = (i / 255) * (stops.length - 1),
        from = Math.min(Math.floor(at), stops.length - 2),
        share = at - from;
      for (let c = 0; c < 3; c++) found[i * 4 + c] = stops[from][c] + (stops[from + 1][c] - stops[from][c]) * share;
      found[i * 4 + 3] = 255;
    }
    known.set(key, found);
  }
  return found;
}

/** Calls when the theme changes, as long as the element is on the page. */
export function onTheme(element, redraw) {
  listeners.add({ element: new WeakRef(element), redraw: new WeakRef(redraw) });
  element.redraw = redraw;
}

function changed() {
  known.clear();
  for (const listener of [...listeners]) {
    const element = listener.element.deref(),
      redraw = listener.redraw.deref();
    if (element && redraw) redraw();
    else listeners.delete(listener);
  }
}

const system = matchMedia("(prefers-color-scheme: dark)");

const isDark = () => (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";

/** Makes a button the switch between the themes. */
export function themeSwitch(button) {
  const show = () => {
    button.setAttribute("aria-pressed", String(isDark()));
    changed();
  };
  button.addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    try {
      localStorage.setItem("unroll-theme", theme);
    } catch {
      // A browser that keeps nothing has the theme for this visit.
    }
    show();
  });
  system.addEventListener("change", show);
  show();
}
