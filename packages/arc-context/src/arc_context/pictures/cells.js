"use strict";
// Draws what the chosen test cell looks at, for every panel of the page; a click or the arrow keys choose another cell.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const STEPS = 65535;
  const number = (value) => String(Number(value.toFixed(3)));
  const share = (value) => (value === null ? "–" : value.toFixed(3));

  function made(name, attributes) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  }

  function box(x, y, side, stroke, line, dashed) {
    const attributes = { x: number(x), y: number(y), width: number(side), height: number(side), fill: "none", stroke };
    attributes["stroke-width"] = number(line);
    return made("rect", dashed ? { ...attributes, "stroke-dasharray": "0.2 0.14" } : attributes);
  }

  class Task {
    constructor(element) {
      this.element = element;
      this.data = JSON.parse(element.querySelector("script[type='application/json']").textContent);
      this.words = new Map();
      for (const [model, { looks }] of Object.entries(this.data.models)) {
        const bytes = Uint8Array.from(atob(looks), (letter) => letter.charCodeAt(0));
        this.words.set(model, new DataView(bytes.buffer));
      }
      this.selects = ["look", "head"].map((name) => element.querySelector(`[data-choice='${name}']`));
      this.asked = element.querySelector(".asked");
      this.cell = this.data.cell;
      for (const select of this.selects) select.addEventListener("change", () => this.draw());
      for (const hidden of element.querySelectorAll(".selectors, .hint")) hidden.hidden = false;
      this.asked.classList.add("live-cells");
      this.asked.setAttribute("tabindex", "0");
      this.asked.setAttribute("role", "application");
      this.asked.addEventListener("click", (event) => this.pointed(event));
      this.asked.addEventListener("keydown", (event) => this.pressed(event));
      this.draw();
    }

    // The place in the arrays of what is chosen.
    get at() {
      const [look, head] = this.selects.map((select) => Number(select.value));
      return (look * this.data.shape[1] + head) * this.data.shape[2] + this.cell;
    }

    row(model) {
      const kept = this.data.shape[3];
      const words = this.words.get(model);
      return Array.from({ length: kept }, (_, k) => {
        const at = 4 * (this.at * kept + k);
        return [words.getUint16(at, true), words.getUint16(at + 2, true) / STEPS];
      });
    }

    corners(key) {
      const [height, width] = this.data.frame;
      const inside = key % (height * width);
      const [row, column] = [Math.floor(inside / width), inside % width];
      return this.data.pairs[Math.floor(key / (height * width))]
        .filter(([, , rows, columns]) => row < rows && column < columns)
        .map(([x, y]) => [x + column, y + row]);
    }

    draw() {
      const columns = this.data.canvas[1];
      const [row, column] = [Math.floor(this.cell / columns), this.cell % columns];
      this.outline(row, column);
      const said = `row ${row}, column ${column}`;
      const status = this.element.querySelector(".cell");
      if (status.textContent !== said) status.textContent = said;
      const rows = new Map([...this.words.keys()].map((model) => [model, this.row(model)]));
      const top = Math.max(...[...rows.values()].flat().map(([, weight]) => weight));
      for (const [model, found] of rows) {
        const picture = this.element.querySelector(`svg[data-model='${model}']`);
        picture.querySelector(".dots").replaceChildren(...found.flatMap(([key, weight]) => this.dots(key, weight / top)));
        picture.querySelector(".settling").replaceChildren(...this.settling());
        this.tell(model);
      }
    }

    outline(row, column) {
      const there = this.data.asked.filter(([, , rows, columns]) => row < rows && column < columns);
      const marks = there.flatMap(([x, y]) => [
        box(x + column - 0.06, y + row - 0.06, 1.12, "#ffffff", 0.24, false),
        box(x + column - 0.06, y + row - 0.06, 1.12, "#000000", 0.13, false),
      ]);
      this.asked.querySelector(".chosen").replaceChildren(...marks);
    }

    dots(key, part) {
      const [largest, smallest] = this.data.radii;
      const radius = largest * Math.sqrt(part);
      if (!(radius >= smallest)) return [];
      const look = { r: number(radius), fill: "#ffffff", stroke: "#000000", "stroke-width": "0.06" };
      return this.corners(key).map(([x, y]) => made("circle", { cx: number(x + this.data.middle[0]), cy: number(y + this.data.middle[1]), ...look }));
    }

    settling() {
      const group = this.data.groups[this.cell];
      if (group < 0) return [];
      return this.data.settling[group].flatMap((key) =>
        this.corners(key).flatMap(([x, y]) => [
          box(x + 0.04, y + 0.04, 0.92, "#ffffff", 0.08, false),
          box(x + 0.04, y + 0.04, 0.92, "#000000", 0.06, true),
        ]),
      );
    }

    tell(model) {
      const cells = this.element.querySelectorAll(`tr[data-model='${model}'] td`);
      const { settling, spread } = this.data.models[model];
      cells[0].textContent = share(settling[this.at]);
      cells[1].textContent = share(this.data.uniform[this.cell]);
      cells[2].textContent = `${spread[this.at].toFixed(1)} cells`;
    }

    pointed(event) {
      const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.asked.getScreenCTM().inverse());
      for (const [x, y, rows, columns] of this.data.asked) {
        const [row, column] = [Math.floor(place.y - y), Math.floor(place.x - x)];
        if (row >= 0 && row < rows && column >= 0 && column < columns) this.choose(row, column);
      }
    }

    pressed(event) {
      const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] ?? [0, 0];
      if (!down && !right) return;
      event.preventDefault();
      const columns = this.data.canvas[1];
      this.choose(Math.floor(this.cell / columns) + down, (this.cell % columns) + right);
    }

    choose(row, column) {
      const [rows, columns] = this.data.canvas;
      if (row < 0 || row >= rows || column < 0 || column >= columns) return;
      this.cell = row * columns + column;
      this.draw();
    }
  }

  for (const element of document.querySelectorAll(".arc")) {
    if (element.querySelector("script[type='application/json']")) new Task(element);
  }
})();
