"use strict";
// Hands plotly the figures of the page: each is drawn when it comes into view, and again when a choice or the theme changes.
(() => {
  const paper = () => getComputedStyle(document.documentElement);
  const colour = (name) => paper().getPropertyValue(name).trim();

  function matrix(coded) {
    const bytes = Uint8Array.from(atob(coded.bytes), (letter) => letter.charCodeAt(0));
    const rows = [];
    for (let start = 0; start < bytes.length; start += coded.columns) {
      const codes = Array.from(bytes.subarray(start, start + coded.columns));
      rows.push(codes.map((code) => (code === 255 ? null : coded.low + coded.step * code)));
    }
    return rows;
  }

  function decoded(trace, width) {
    if (trace.z && trace.z.bytes) return { ...trace, z: matrix(trace.z) };
    return width < 500 && trace.mode === "markers+text" ? { ...trace, mode: "markers" } : trace; // the pointer tells names
  }

  function themed(layout, width) {
    const axis = { color: colour("--ink"), gridcolor: colour("--line"), zerolinecolor: colour("--line"), automargin: true };
    const { width: widest, ...rest } = layout;
    const made = {
      ...rest,
      autosize: true,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: "system-ui, sans-serif", size: width < 500 ? 11 : 13, color: colour("--ink") },
      margin: { l: 56, r: 16, t: 36, b: 52, ...layout.margin },
      dragmode: matchMedia("(pointer: coarse)").matches ? false : "zoom",
    };
    for (const name of new Set(["xaxis", "yaxis", ...Object.keys(layout).filter((key) => /^[xy]axis/.test(key))])) {
      made[name] = { ...axis, ...layout[name] };
    }
    // Axes of one scale need no more height than the page is wide.
    if (layout.yaxis?.scaleanchor && layout.height) made.height = Math.min(layout.height, Math.max(300, 1.1 * width));
    return made;
  }

  // On a narrow page long names would leave no room for what they name; the pointer tells them.
  function unnamed(layout, traces) {
    const long = (names) => Math.max(...Array.from(names ?? [], (name) => String(name).length)) > 12;
    for (const trace of traces.filter((each) => each.type === "heatmap")) {
      for (const side of ["x", "y"]) if (long(trace[side])) layout[`${side}axis`].showticklabels = false;
    }
  }

  class Figure {
    constructor(element) {
      this.element = element;
      this.views = JSON.parse(element.querySelector("script[type='application/json']").textContent);
      this.plot = element.querySelector(".plot");
      this.absent = element.querySelector(".absent");
      this.selects = [...element.querySelectorAll("select")];
      for (const select of this.selects) select.addEventListener("change", () => this.draw());
      element.classList.add("on");
      element.querySelector(".live").hidden = false;
    }

    get view() {
      return this.views.find((view) => this.selects.every((select, place) => select.value === view.choice[place]));
    }

    draw() {
      const view = this.view;
      this.absent.hidden = view !== undefined;
      this.plot.hidden = view === undefined;
      if (view === undefined) return undefined;
      this.plot.style.maxWidth = view.layout.width ? `${view.layout.width}px` : "";
      const layout = themed(view.layout, this.element.clientWidth);
      const traces = view.data.map((trace) => decoded(trace, this.element.clientWidth));
      if (this.element.clientWidth < 500) unnamed(layout, traces);
      const settings = { displaylogo: false, responsive: true, showTips: false };
      return Plotly.react(this.plot, traces, layout, settings);
    }
  }

  const figures = new Map();
  for (const element of document.querySelectorAll("figure.interactive")) figures.set(element, new Figure(element));
  const seen = new Set();
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const entry of entries.filter((each) => each.isIntersecting && !seen.has(each.target))) {
        seen.add(entry.target);
        figures.get(entry.target).draw();
      }
    },
    { rootMargin: "600px" },
  );
  for (const element of figures.keys()) watcher.observe(element);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const element of seen) figures.get(element).draw();
  });
})();
