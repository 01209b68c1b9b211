import { button, el, frame } from "./dom.js";
import { colour, onTheme } from "./colours.js";

const size = 28;

/** A square of 28 × 28 pixels to draw in: by mouse, by finger, or by arrow keys with the space bar as the pen. */
export class Digit {
  constructor(changed) {
    this.changed = changed;
    this.pixels = new Float32Array(size * size);
    this.cursor = { x: 14, y: 6 };
    this.pen = false;
    this.canvas = el("canvas", {
      width: 280,
      height: 280,
      tabindex: "0",
      role: "application",
      "aria-label": "A square to draw a digit in. Arrow keys move the pen, space puts it down or lifts it, Delete clears.",
      className: "pad",
    });
    this.state = el(
      "p",
      { className: "quiet small", role: "status" },
      "Draw with the mouse or a finger; with the keyboard, arrow keys move the pen and the space bar puts it down.",
    );
    this.element = el(
      "div",
      {},
      this.canvas,
      this.state,
      button("Clear", () => this.clear()),
    );
    this.canvas.addEventListener("pointerdown", event => {
      this.canvas.setPointerCapture(event.pointerId);
      this.last = null;
      this.drag(event);
    });
    this.canvas.addEventListener("pointermove", event => {
      if (event.buttons !== 0) this.drag(event);
    });
    this.canvas.addEventListener("pointerup", () => {
      this.last = null;
      this.tell();
    });
    this.canvas.addEventListener("keydown", event => this.key(event));
    this.canvas.addEventListener("focus", () => this.draw());
    this.canvas.addEventListener("blur", () => {
      this.pen = false;
      this.draw();
    });
    onTheme(this.canvas, () => this.draw());
    this.draw();
  }

  clear() {
    this.pixels.fill(0);
    this.pen = false;
    this.draw();
    this.changed(null);
  }

  drag(event) {
    const box = this.canvas.getBoundingClientRect(),
      x = ((event.clientX - box.left) / box.width) * size,
      y = ((event.clientY - box.top) / box.height) * size;
    this.line(this.last ?? { x, y }, { x, y });
    this.last = { x, y };
  }

  line(from, to) {
    const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) * 2));
    for (let i = 0; i <= steps; i++) this.dot(from.x + ((to.x - from.x) * i) / steps, from.y + ((to.y - from.y) * i) / steps);
    this.draw();
  }

  dot(x, y) {
    for (let r = Math.max(0, Math.floor(y - 2)); r <= Math.min(size - 1, y + 2); r++)
      for (let c = Math.max(0, Math.floor(x - 2)); c <= Math.min(size - 1, x + 2); c++) {
        const ink = Math.min(1, Math.max(0, 1.7 - Math.hypot(c + 0.5 - x, r + 0.5 - y)));
        this.pixels[r * size + c] = Math.max(this.pixels[r * size + c], ink);
      }
  }

  key(event) {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (by) {
      event.preventDefault();
      const from = { x: this.cursor.x + 0.5, y: this.cursor.y + 0.5 };
      this.cursor = {
        x: Math.min(size - 1, Math.max(0, this.cursor.x + by[0])),
        y: Math.min(size - 1, Math.max(0, this.cursor.y + by[1])),
      };
      if (this.pen) {
        this.line(from, { x: this.cursor.x + 0.5, y: this.cursor.y + 0.5 });
        this.tell();
      }
      this.draw();
    } else if (event.key === " ") {
      event.preventDefault();
      this.pen = !this.pen;
      this.state.textContent = this.pen ? "The pen is down." : "The pen is up.";
      if (this.pen) {
        this.dot(this.cursor.x + 0.5, this.cursor.y + 0.5);
        this.tell();
      }
      this.draw();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.clear();
    }
  }

  tell() {
    clearTimeout(this.later);
    this.later = setTimeout(() => this.changed(Array.from(this.pixels, ink => Math.round(ink * 1000) / 1000)), 120);
  }

  draw() {
    frame("digit", () => {
      const context = this.canvas.getContext("2d"),
        cell = this.canvas.width / size;
      context.fillStyle = colour("middle");
      context.fillRect(0, 0, this.canvas.width, this.canvas.height);
      context.fillStyle = colour("ink");
      this.pixels.forEach((ink, i) => {
        if (ink === 0) return;
        context.globalAlpha = ink;
        context.fillRect((i % size) * cell, Math.floor(i / size) * cell, cell, cell);
      });
      context.globalAlpha = 1;
      if (document.activeElement === this.canvas) {
        context.strokeStyle = colour(this.pen ? "warm-line" : "accent");
        context.lineWidth = 2;
        context.strokeRect(this.cursor.x * cell, this.cursor.y * cell, cell, cell);
      }
    });
  }
}
