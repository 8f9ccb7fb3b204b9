"use strict";
/**
 * Draws charts where elements have their names. Names are only ever set as text.
 *
 * `hidden` holds the names of contenders that are switched off, and is kept up to date. Returns what ends the drawing.
 */
const drawCharts = ({ contenders, charts }, hidden = new Set()) => {
  const SVG = "http://www.w3.org/2000/svg";
  const LETTER = 3.5; // half as wide as one of a label
  const { withUnit, onAxis, ticksOf } = axes;
  const shown = new Set([...contenders.keys()].filter((number) => !hidden.has(contenders[number].name)));
  const over = new AbortController();
  const timed = charts.find((one) => one.is_time) || { x: { ends: [0, 1] } };
  const timeEnds = timed.x.ends;
  const time = { ends: timed.focus || timeEnds, at: null };
  const drawings = [];

  const html = (name, inside = "", properties = {}) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...[inside].flat());
    return made;
  };
  const svg = (name, attributes, inside = []) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...inside);
    return made;
  };
  const coloured = (node, of) => {
    if (of !== null) node.style.setProperty("--c", `var(--c${of})`);
    return node;
  };
  const swatch = (of) => coloured(svg("svg", { class: "swatch", viewBox: "0 0 28 14", "aria-hidden": "true" }, [
    svg("path", { d: "M1,7H27", "stroke-dasharray": contenders[of].dashes }),
    svg("path", { d: contenders[of].marker, class: "marker", transform: "translate(14 7)" }),
  ]), of);

  // The value of a line at a place.
  const valueAt = (line, at) => {
    const places = line.x;
    if (!places.length || at < places[0]) return null;
    let low = 0;
    let high = places.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (places[middle] <= at) low = middle; else high = middle - 1;
    }
    if (low === places.length - 1 && line.step && at > places[low] + line.step) return 0;
    return line.y[low];
  };
  const pathOf = (line, x, y, floor) => {
    const held = !["line", "measured"].includes(line.kind);
    let path = line.kind === "area" ? `M${x(line.x[0])},${floor}` : "";
    line.x.forEach((place, number) => {
      const [px, py] = [x(place).toFixed(1), y(line.y[number] + (line.base ? line.base[number] : 0)).toFixed(1)];
      if (!path) path = `M${px},${py}`;
      else path += held && !(line.kind === "area" && !number) ? `H${px}V${py}` : `L${px},${py}`;
    });
    if (line.step) path += `H${x(line.x.at(-1) + line.step).toFixed(1)}`;
    return line.kind === "area" ? `${path}V${floor}` : path;
  };

  class Panel {
    constructor(chart, data) {
      Object.assign(this, { chart, data, readouts: [] });
      this.head = html("div", [], { className: "panel-head" });
      this.value = html("span");
      this.isShared = data.of === null;
      if (data.title) this.head.append(...(this.isShared ? [] : [swatch(data.of)]), html("b", data.title), html("span", data.note), this.value);
      this.paper = html("div", [], { className: "drawing" });
      this.root = html("div", [this.head, this.paper]);
      if (this.isShared) this.root.append(this.legend());
    }

    legend() {
      const items = this.data.lines.filter((line) => line.of !== null).map((line) => {
        const value = html("span", line.said || "");
        const item = html("li", [swatch(line.of), html("b", line.name), value]);
        this.readouts.push({ line, value, item });
        return item;
      });
      return html("ul", items, { className: "readout" });
    }

    draw(width) {
      const { chart, data } = this;
      const isLast = chart.panels.at(-1) === this || chart.panels.filter((one) => one.isShown()).at(-1) === this;
      const labels = chart.data.panels.length > 1 && !isLast ? 6 : 36;
      const box = { left: 52, right: width - 12, top: 14, bottom: 14 + chart.data.height };
      this.box = box;
      const ends = chart.ends();
      const x = onAxis(chart.data.x, ends, box.left, box.right);
      this.yEnds = data.top ? [chart.data.y.ends[0], data.top] : chart.data.y.ends;
      const y = onAxis(chart.data.y, this.yEnds, box.bottom, box.top);
      Object.assign(this, { x, y });
      const clip = `clip-${chart.data.name}-${chart.panels.indexOf(this)}`;
      const drawn = svg("svg", {
        viewBox: `0 0 ${width} ${box.bottom + labels}`, role: "img", "aria-label": data.title ? [data.title, data.note].filter(Boolean).join(": ") : chart.data.shows,
      });
      const beside = chart.data.is_time ? 0 : 5; // for markers; what is zoomed would go on there
      const [clipped, high] = [Math.max(box.right - box.left, 1) + 2 * beside, box.bottom - box.top + 10];
      drawn.append(svg("clipPath", { id: clip }, [svg("rect", { x: box.left - beside, y: box.top - 5, width: clipped, height: high })]));
      this.axes(drawn, ends, isLast, labels);
      const inside = svg("g", { "clip-path": `url(#${clip})` });
      for (const line of data.lines) if (line.of === null || shown.has(line.of)) this.line(inside, line);
      this.cursor = svg("path", { class: "cursor", d: "" });
      this.chosen = svg("rect", { class: "chosen", y: box.top, height: box.bottom - box.top, x: 0, width: 0 });
      drawn.append(inside, this.chosen, this.cursor);
      this.paper.replaceChildren(drawn);
      listen(this, drawn);
      this.point();
    }

    axes(drawn, ends, isLast, labels) {
      const { chart: { data: { x: xAxis, y: yAxis, bands, height: high } }, box, x, y } = this;
      const own = this.data.bands || [];
      for (const band of [...bands, ...own]) {
        const [from, to] = band.ends.map((end) => Math.min(Math.max(x(end), box.left), box.right));
        if (to < from || band.ends[0] > ends[1] || band.ends[1] < ends[0]) continue;
        const height = box.bottom - box.top;
        if (to > from) drawn.append(svg("rect", { class: "band", x: from, y: box.top, width: to - from, height }));
        else drawn.append(svg("path", { class: "instant", d: `M${from},${box.top}v${height}` }));
        const above = { x: Math.min(from + 3, box.right - 60), y: box.top - 3 };
        if (own.includes(band)) drawn.append(svg("text", { ...above, y: box.top + 11 }, [band.name]));
        else if (chart0(this)) drawn.append(svg("text", above, [band.name]));
      }
      for (const [value, label] of ticksOf(yAxis, this.yEnds, Math.max(2, Math.floor(high / 45)))) {
        drawn.append(svg("path", { class: "grid", d: `M${box.left},${y(value)}H${box.right}` }));
        drawn.append(svg("text", { x: box.left - 6, y: y(value) + 4, "text-anchor": "end" }, [label]));
      }
      drawn.append(svg("path", { class: "axis", d: `M${box.left},${box.top}V${box.bottom}H${box.right}` }));
      const isAlone = this.isShared;
      if (isAlone || chart0(this)) drawn.append(svg("text", { x: 0, y: box.top - 4 }, [isAlone || !bands.length ? yAxis.label : ""]));
      for (const [value, label] of ticksOf(xAxis, ends, Math.floor((box.right - box.left) / 75))) {
        drawn.append(svg("path", { class: "tick", d: `M${x(value)},${box.bottom}v4` }));
        const inward = Math.min(x(value), box.right + 12 - LETTER * label.length);
        if (labels > 10) drawn.append(svg("text", { x: inward, y: box.bottom + 16, "text-anchor": "middle" }, [label]));
      }
      if (labels > 10) {
        const unit = xAxis.unit && ` (${xAxis.unit})`;
        drawn.append(svg("text", { x: box.right, y: box.bottom + 32, "text-anchor": "end" }, [`${xAxis.label}${unit}`]));
      }
    }

    line(inside, line) {
      if (!line.x.length) return;
      if (line.kind === "points") {
        const transform = `translate(${this.x(line.x[0])} ${this.y(line.y[0])}) scale(1.5)`;
        const marker = svg("path", { class: line.hollow ? "dot hollow" : "dot", d: contenders[line.of].marker, transform });
        inside.append(coloured(marker, line.of));
        return;
      }
      const path = pathOf(line, this.x, this.y, this.box.bottom);
      if (["limit", "refused", "failed"].includes(line.kind)) {
        inside.append(svg("path", { class: line.kind, d: path }));
        return;
      }
      if (line.kind === "area") inside.append(coloured(svg("path", { class: "fill", d: path }), line.of));
      const dashes = line.kind === "area" ? "" : contenders[line.of].dashes;
      inside.append(coloured(svg("path", { class: "curve", d: path, "stroke-dasharray": dashes }), line.of));
      if (line.kind === "measured") this.measured(inside, line);
      else if (line.kind !== "area") this.markers(inside, line);
    }

    // Evenly over the width, each contender a little further on, so that curves on one another are told apart.
    markers(inside, line) {
      const width = this.box.right - this.box.left;
      const many = Math.max(3, Math.floor(width / 160));
      for (let number = 0; number < many; number += 1) {
        const at = this.x.back(this.box.left + (width * (number + (line.of + 0.5) / contenders.length)) / many);
        const value = line.kind === "line" ? between(line, at) : valueAt(line, at);
        if (value !== null && at <= line.x.at(-1)) this.marker(inside, line.of, at, value);
      }
    }

    // Only where something was measured, from the last place on, as many as can be told apart.
    measured(inside, line) {
      const every = Math.ceil((12 * line.x.length) / (this.box.right - this.box.left));
      for (let number = line.x.length - 1; number >= 0; number -= every) this.marker(inside, line.of, line.x[number], line.y[number]);
    }

    marker(inside, of, at, value) {
      const transform = `translate(${this.x(at).toFixed(1)} ${this.y(value).toFixed(1)})`;
      inside.append(coloured(svg("path", { class: "dot", d: contenders[of].marker, transform }), of));
    }

    told() {
      if (!this.isShared) return [`${this.data.title} ${this.value.textContent}`];
      const told = this.readouts.filter(({ item }) => !item.hidden).map(({ line, value }) => `${line.name} ${value.textContent}`);
      return this.data.title ? [`${this.data.title}: ${told.join(", ")}`] : told;
    }

    isShown() { return this.data.of === null || shown.has(this.data.of); }

    // What stands at the cursor, as numbers.
    point() {
      const { at } = this.chart.state();
      const isInside = at !== null && this.x(at) >= this.box.left - 1 && this.x(at) <= this.box.right + 1;
      this.cursor.setAttribute("d", isInside ? `M${this.x(at)},${this.box.top}V${this.box.bottom}` : "");
      const axis = this.chart.data.y;
      const words = (line) => {
        const value = isInside ? valueAt(line, at) : null;
        return value === null ? "" : withUnit(value, axis);
      };
      for (const { line, value } of this.readouts) value.textContent = (line.kind !== "points" && words(line)) || line.said || "";
      if (this.isShared) return;
      this.value.textContent = this.data.lines.filter((line) => line.kind !== "limit" && words(line)).map((line) => `${line.name} ${words(line)}`).join(", ");
    }
  }

  const between = (line, at) => {
    const places = line.x;
    const number = places.findIndex((place) => place >= at);
    if (number < 0) return null;
    if (!number) return places[0] === at ? line.y[0] : null;
    const share = (at - places[number - 1]) / (places[number] - places[number - 1]);
    return line.y[number - 1] + share * (line.y[number] - line.y[number - 1]);
  };
  const chart0 = (panel) => panel.chart.panels.find((one) => one.isShown()) === panel;

  class Chart {
    constructor(data, root) {
      Object.assign(this, { data, root, own: { ends: data.x.ends, at: null } });
      this.where = html("p", "", { className: "where" });
      this.heard = html("p", "", { className: "heard" });
      this.heard.setAttribute("aria-live", "polite");
      this.panels = data.panels.map((panel) => new Panel(this, panel));
      root.append(...(data.is_time ? [tools()] : []), ...this.panels.map((panel) => panel.root), this.where, this.heard);
      root.tabIndex = 0;
      root.setAttribute("role", "group");
      root.setAttribute("aria-label", `${data.shows}. Arrow keys move along the axis${data.is_time ? ", plus and minus zoom" : ""}.`);
      root.addEventListener("keydown", (event) => key(this, event));
    }

    state() { return this.data.is_time ? time : this.own; }

    ends() { return this.state().ends; }

    draw() {
      const width = this.root.clientWidth;
      for (const panel of this.panels) {
        panel.root.hidden = !panel.isShown();
        if (panel.isShown()) panel.draw(width);
        for (const { line, item } of panel.readouts) item.hidden = !shown.has(line.of);
      }
      this.tell();
    }

    point() {
      for (const panel of this.panels) if (panel.isShown()) panel.point();
      this.tell();
    }

    tell() {
      const { at } = this.state();
      const isPoints = this.data.panels[0].lines.some((line) => line.kind === "points");
      this.where.textContent = at === null || isPoints ? "" : `at ${withUnit(at, this.data.x)}`;
    }
  }

  // Time is one axis for all charts of it.
  const peers = (chart) => (chart.data.is_time ? drawings.filter((one) => one.data.is_time) : [chart]);
  const point = (chart, at) => {
    chart.state().at = at;
    peers(chart).forEach((one) => one.point());
  };
  const zoom = (from, to) => {
    const least = (timeEnds[1] - timeEnds[0]) / 2000;
    const [low, high] = [Math.max(timeEnds[0], from), Math.min(timeEnds[1], to)];
    time.ends = high - low > least ? [low, high] : time.ends;
    for (const button of document.querySelectorAll("button.whole")) button.disabled = time.ends[0] === timeEnds[0] && time.ends[1] === timeEnds[1];
    drawings.filter((one) => one.data.is_time).forEach((one) => one.draw());
  };
  const zoomBy = (factor) => {
    const [low, high] = time.ends;
    const middle = time.at !== null && time.at >= low && time.at <= high ? time.at : (low + high) / 2;
    zoom(middle - (middle - low) * factor, middle + (high - middle) * factor);
  };
  const tools = () => {
    const button = (label, said, act, className = "") => {
      const made = html("button", label, { type: "button", className });
      made.setAttribute("aria-label", said);
      made.addEventListener("click", act);
      return made;
    };
    const whole = button("Whole", "Show the whole time", () => zoom(...timeEnds), "whole");
    whole.disabled = !timed.focus;
    return html("div", [
      button("+", "Zoom in", () => zoomBy(0.5)), button("−", "Zoom out", () => zoomBy(2)), whole,
      html("small", "or drag across a chart; all time axes follow"),
    ], { className: "tools" });
  };
  const key = (chart, event) => {
    const [low, high] = chart.ends();
    const panel = chart.panels.find((one) => one.isShown());
    if (!panel || event.target !== chart.root) return;
    const { left, right } = panel.box;
    const steps = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (steps) {
      const { at } = chart.state();
      const from = at === null || at < low || at > high ? left : panel.x(at);
      point(chart, panel.x.back(Math.min(right, Math.max(left, from + (steps * (right - left)) / 60))));
      const told = chart.panels.filter((one) => one.isShown()).flatMap((one) => one.told());
      chart.heard.textContent = [chart.where.textContent, ...told].filter(Boolean).join("; ");
    } else if (event.key === "Escape") {
      point(chart, null);
      if (chart.data.is_time) zoom(...timeEnds);
    } else if (chart.data.is_time && ["+", "-"].includes(event.key)) zoomBy(event.key === "+" ? 0.5 : 2);
    else return;
    event.preventDefault();
  };
  const listen = (panel, drawn) => {
    const { chart } = panel;
    const placeOf = (event) => {
      const { left, width } = drawn.getBoundingClientRect();
      const place = ((event.clientX - left) / width) * drawn.viewBox.baseVal.width;
      return Math.min(panel.box.right, Math.max(panel.box.left, place));
    };
    let from = null;
    drawn.addEventListener("pointerdown", (event) => {
      from = placeOf(event);
      point(chart, panel.x.back(from));
      if (chart.data.is_time && event.pointerType === "mouse") event.preventDefault();
      drawn.setPointerCapture(event.pointerId);
    });
    drawn.addEventListener("pointermove", (event) => {
      const place = placeOf(event);
      point(chart, panel.x.back(place));
      if (from === null || !chart.data.is_time) return;
      panel.chosen.setAttribute("x", Math.min(from, place));
      panel.chosen.setAttribute("width", Math.abs(place - from));
    });
    drawn.addEventListener("pointerup", (event) => {
      const [start, end] = [from, placeOf(event)];
      from = null;
      if (start === null || !chart.data.is_time) return;
      panel.chosen.setAttribute("width", 0);
      if (Math.abs(end - start) > 12) zoom(...[start, end].sort((a, b) => a - b).map(panel.x.back));
    });
    drawn.addEventListener("pointercancel", () => { from = null; panel.chosen.setAttribute("width", 0); });
    drawn.addEventListener("pointerleave", () => { if (from === null) point(chart, null); });
  };

  const switches = () => {
    const labels = contenders.map((one, number) => {
      const box = html("input", "", { type: "checkbox", checked: shown.has(number) });
      box.addEventListener("change", () => {
        if (box.checked) shown.add(number); else shown.delete(number);
        if (box.checked) hidden.delete(one.name); else hidden.add(one.name);
        drawings.forEach((chart) => chart.draw());
      });
      return html("label", [box, swatch(number), html("span", one.name)]);
    });
    return html("fieldset", [html("legend", "Shown in the charts"), ...labels], { className: "switches" });
  };

  const roots = [...document.querySelectorAll("[data-chart]")];
  if (roots.length && contenders.length > 1) roots[0].closest("figure").before(switches());
  for (const root of roots) drawings.push(new Chart(charts.find((one) => one.name === root.dataset.chart), root));
  let width = 0;
  const fit = () => {
    if (!drawings.length || drawings[0].root.clientWidth === width) return;
    width = drawings[0].root.clientWidth;
    drawings.forEach((chart) => chart.draw());
  };
  addEventListener("resize", fit, { signal: over.signal });
  fit();
  return () => over.abort();
};

const data = document.getElementById("data");
if (data) {
  sideways(document);
  drawCharts(JSON.parse(data.textContent));
}
