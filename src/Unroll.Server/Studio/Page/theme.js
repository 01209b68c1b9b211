// Runs before the first paint, so that a theme that was chosen does not flash in the other one's colours.
"use strict";
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("unroll-theme");
  } catch {
    // A browser that keeps nothing shows the theme of the system.
  }
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
})();
