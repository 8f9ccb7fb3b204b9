// The page: what is asked, what comes back, and what the browser's history has of both.
(() => {
  const begin = JSON.parse(document.getElementById("begin").textContent);
  const $ = (id) => document.getElementById(id);
  const PATIENCE_MS = 1000; // what takes longer gives way to a newer question
  const TOGETHER_MS = 1000; // changes of one control that follow so soon are one step back
  const TYPING_MS = 120;
  const SHOWN_AFTER_MS = 400;
  const ENDED = "seslab play does not answer any more: look at its terminal, and start it again.";
  const files = new Map(); // the texts of traces that were dropped, by their names
  const hidden = new Set(); // contenders that are switched off in the charts
  const mine = { state: null, touched: "", touchedAt: 0, endDrawing: null, answered: null, asking: null, askedAt: 0, isWanted: false, timer: 0, put: Promise.resolve() };

  // What is asked.
  const names = () => [...begin.strategies.map(({ name }) => name), ...Object.keys(isTable(mine.state.now.scenario.variants) ? mine.state.now.scenario.variants : {})];
  const used = (...questions) => {
    const wanted = questions.filter(Boolean).flatMap(({ scenario }) => tracesOf(scenario));
    return Object.fromEntries([...files].filter(([name]) => wanted.includes(name)));
  };
  const question = () => JSON.stringify({ ...mine.state, files: used(mine.state.now, mine.state.pinned) });

  /** The state, in the address too: a new entry of the history, or the last one changed. */
  const keep = (isNew) => {
    const state = copied(mine.state);
    mine.put = mine.put.then(async () => {
      const fragment = await fragmentOf(state, used(state.now, state.pinned));
      if (isNew) history.pushState(null, "", `#${fragment}`); else history.replaceState(null, "", `#${fragment}`);
    });
  };
  /** Something is set, by the control of that name; what is only on its way to a value is asked a little later. */
  const change = (act, control = "", isOver = true) => {
    const before = JSON.stringify(mine.state);
    act();
    if (JSON.stringify(mine.state) === before) return isOver && mine.timer ? askIn(0) : idle();
    const now = performance.now();
    keep(!control || control !== mine.touched || now - mine.touchedAt > TOGETHER_MS);
    Object.assign(mine, { touched: control, touchedAt: now });
    busy(true);
    return askIn(isOver ? 0 : TYPING_MS);
  };
  const askIn = (ms) => {
    clearTimeout(mine.timer);
    mine.timer = setTimeout(ask, ms);
  };
  /** Nothing is to be waited for any more, unless a question is on its way. */
  const idle = () => { if (!mine.asking && !mine.timer) busy(false); };
  const busy = (is) => { if (is) document.body.setAttribute("aria-busy", "true"); else document.body.removeAttribute("aria-busy"); };
  const restore = async () => {
    busy(true);
    const state = location.hash.length > 1 ? await stateOf(location.hash.slice(1)) : null;
    if (location.hash.length > 1 && state === null) wrong("This address holds no scenario that can be read: begin with one of the list.");
    for (const [name, text] of Object.entries(isTable(state?.files) ? state.files : {})) files.set(name, String(text));
    mine.state = state ? { now: state.now, ...(isTable(state.pinned) ? { pinned: state.pinned } : {}) } : { now: copied(begin.question) };
    mine.touched = "";
    draw();
    if (location.hash.length <= 1 || state) ask(); else busy(false);
  };

  // The controls.
  const knobs = new Knobs($("knobs"), begin.knobs, {
    table: () => mine.state.now.scenario,
    set: (path, value, isOver) => change(() => {
      setAt(mine.state.now.scenario, path, value);
      if (path[0] === "variants") settle(path, value);
    }, dotted(path), isOver),
    contenders: () => contenders(),
  });
  /** A new variant contends, and one that is gone does not. */
  const settle = ([, name, ...rest], value) => {
    const { now } = mine.state;
    if (rest.length) return;
    now.contenders = now.contenders.filter((one) => one !== name);
    if (value !== undefined) now.contenders.push(name);
  };
  const contenders = () => {
    const boxes = names().map((name) => {
      const box = el("input", { type: "checkbox", "data-path": `contender ${name}`, checked: mine.state.now.contenders.includes(name) });
      box.addEventListener("change", () => change(() => {
        const chosen = new Set(mine.state.now.contenders);
        if (box.checked) chosen.add(name); else chosen.delete(name);
        mine.state.now.contenders = names().filter((one) => chosen.has(one));
      }));
      return el("label", { title: begin.strategies.find((one) => one.name === name)?.says }, box, el("span", {}, name));
    });
    const often = el("input", { type: "number", min: 1, max: 100, step: 1, id: "replications", "data-path": "replications" });
    often.value = mine.state.now.replications ?? 1;
    often.addEventListener("change", () => change(() => { mine.state.now.replications = Number(often.value); }));
    const inside = [el("div", { class: "boxes" }, boxes), el("div", { class: "field" }, el("label", { for: "replications" }, "runs of each, with seeds counting up"), often)];
    return knobs.folded("Contenders", true, `${mine.state.now.contenders.length} of ${names().length}`, inside);
  };
  const button = (name, act, more = {}) => el("button", { type: "button", onclick: act, ...more }, name);
  const bar = () => {
    const list = el("select", { "aria-label": "Begin with a scenario of the catalogue", id: "scenarios" }, el("option", { value: "" }, "Begin with …"),
      begin.scenarios.map(({ name, says }) => el("option", { value: name, title: says }, name)));
    list.addEventListener("change", () => {
      const chosen = begin.scenarios.find(({ name }) => name === list.value);
      if (chosen) start({ name: chosen.name, scenario: copied(chosen.scenario), replications: 1 });
    });
    const picked = el("input", { type: "file", hidden: true, id: "picked" });
    picked.addEventListener("change", () => take(picked.files[0]));
    const { pinned } = mine.state;
    const traces = el("datalist", { id: "traces" }, [...files.keys()].map((name) => el("option", { value: name })));
    $("bar").replaceChildren(list, picked, traces,
      button("Open a file …", () => picked.click(), { title: "A scenario, a trace, SES events or an mbox; it can be dropped anywhere on the page, too" }),
      button(pinned ? "Pin this one instead" : "Pin", () => mine.answered && pin(mine.answered), { id: "pin", title: "Compare what follows with this result" }),
      pinned ? button("Unpin", () => pin(null), { id: "unpin" }) : "",
      button("Copy the address", (event) => copy(location.href, event.target), { title: "It holds all that is set; opening it asks no other machine" }),
      button("↶", () => history.back(), { "aria-label": "Undo", title: "Undo: the browser's way back" }),
      button("↷", () => history.forward(), { "aria-label": "Redo", title: "Redo: the browser's way forward" }));
  };
  const pin = (pinned) => change(() => {
    if (pinned) mine.state.pinned = copied(pinned); else delete mine.state.pinned;
    bar();
  });
  const start = (now) => {
    change(() => { mine.state.now = now; now.contenders = names(); });
    draw();
  };
  const draw = () => {
    bar();
    knobs.draw();
    $("title").textContent = mine.state.now.name;
  };

  // Files.
  const take = async (file) => {
    if (!file) return;
    if (file.size > begin.most_bytes) return wrong(`${file.name}: holds more than ${Math.floor(begin.most_bytes / 2 ** 20)} MB: use seslab compare for it.`);
    busy(true);
    try {
      const answer = await fetch(`files?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } });
      const told = await answer.json();
      if (told.message) throw new Error(told.message);
      if (told.scenario) start({ name: told.name, scenario: told.scenario, replications: 1 });
      else replay(told);
      say(told.said);
    } catch (error) {
      wrong(error.message);
      idle();
    }
    return undefined;
  };
  /** The trace takes the place of the first workload that is one, or of all that is sent. */
  const replay = ({ name, text }) => {
    const taken = [...files.keys()].filter((known) => known !== name || files.get(known) !== text);
    let own = name;
    for (let number = 2; taken.includes(own); number += 1) own = name.replace(/(\.csv)?$/, `-${number}$1`);
    files.set(own, text);
    const { scenario } = mine.state.now;
    const sent = Array.isArray(scenario.workload) ? scenario.workload : [];
    const place = sent.findIndex((one) => one?.process === "trace");
    change(() => { scenario.workload = place < 0 ? [{ process: "trace", path: own }] : sent.with(place, { ...sent[place], path: own }); });
    draw();
  };
  for (const kind of ["dragover", "drop"]) {
    addEventListener(kind, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      document.body.classList.toggle("dropping", kind === "dragover");
      if (kind === "drop") take(event.dataTransfer.files[0]);
    });
  }
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) document.body.classList.remove("dropping"); });

  // Asking: one question at a time, and the newest next.
  const ask = async () => {
    mine.timer = 0;
    mine.isWanted = true;
    if (mine.asking) return giveWay();
    while (mine.isWanted) {
      mine.isWanted = false;
      mine.asking = new AbortController();
      mine.askedAt = performance.now();
      const soon = setTimeout(() => { $("running").hidden = false; }, SHOWN_AFTER_MS);
      busy(true);
      try {
        if (!mine.state.now.contenders.length) throw new Error("Choose at least one contender.");
        await answered(question(), mine.asking.signal);
      } catch (error) {
        if (error.name !== "AbortError") wrong(error instanceof TypeError ? ENDED : error.message);
      }
      clearTimeout(soon);
      $("running").hidden = true;
      progress(0);
    }
    mine.asking = null;
    busy(false);
  };
  const giveWay = () => {
    const left = PATIENCE_MS - (performance.now() - mine.askedAt);
    if (left <= 0) mine.asking.abort();
    else setTimeout(() => { if (mine.isWanted && mine.asking) giveWay(); }, left + 1);
  };
  $("cancel").addEventListener("click", () => {
    mine.isWanted = false;
    mine.asking?.abort();
    wrong(mine.answered ? "Cancelled. What stands here is the answer to an earlier question." : "Cancelled.");
  });
  /** How far the runs are; null while another page, or another question of this one, is answered. */
  const progress = (share) => {
    if (share === null) $("progress").removeAttribute("value"); else $("progress").value = share;
    $("share").textContent = share === null ? "Another page is answered first." : share ? `${Math.floor(100 * share)} %` : "";
  };
  const answered = async (body, signal) => {
    const answer = await fetch("compare", { method: "POST", body, signal, headers: { "Content-Type": "application/json" } });
    if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).message || `${answer.status} ${answer.statusText}`);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new Error(ENDED);
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const told of lines.map((line) => JSON.parse(line))) {
        if (told.message) throw new Error(told.message);
        if (told.document) return show(told, JSON.parse(body).now);
        progress(told.share);
      }
    }
  };

  // Telling.
  const say = (sentence) => { $("heard").textContent = sentence; };
  const wrong = (line) => {
    $("wrong").textContent = line;
    $("wrong").hidden = !line;
    $("told").classList.toggle("stale", Boolean(line));
    if (line && !mine.answered) $("said").textContent = "No answer yet";
  };
  const place = (name, html) => {
    $(name).hidden = !html;
    const way = document.querySelector(`[data-to="${name}"]`);
    if (way) way.hidden = !html;
    $(`${name}-inside`).innerHTML = html || "";
    sideways($(`${name}-inside`));
  };
  const show = (told, asked) => {
    mine.answered = asked;
    wrong("");
    $("said").textContent = told.answer;
    $("said").classList.toggle("bad", !told.is_good);
    $("about").textContent = told.about;
    $("description").textContent = typeof asked.scenario.description === "string" ? asked.scenario.description : "";
    $("took").textContent = `answered in ${told.took_s.toFixed(2)} s`;
    say(told.answer);
    $("title").textContent = told.document.scenario;
    document.title = `${told.document.scenario} · seslab play`;
    $("colours").textContent = told.colours;
    mine.endDrawing?.();
    for (const name of ["ranking", "accounts", "thresholds", "inboxes", "figures", "pinned"]) place(name, told.html[name]);
    mine.endDrawing = drawCharts(told, hidden);
    exports(told);
  };
  const exports = (told) => {
    const { name } = mine.state.now;
    const command = el("p", { class: "command" }, el("code", {}, told.command));
    const traces = Object.entries(used(mine.state.now));
    $("export-inside").replaceChildren(command,
      el("div", { class: "tools" },
        button("Copy the command", (event) => copy(told.command, event.target)),
        button(`Save ${name}.toml`, () => save(`${name}.toml`, told.toml), { id: "save-toml" }),
        button("Save comparison.json", () => save("comparison.json", `${JSON.stringify(told.document, null, 2)}\n`)),
        traces.map(([file, text]) => button(`Save ${file}`, () => save(file, text)))),
      el("details", { open: true }, el("summary", {}, `${name}.toml`), el("pre", { tabindex: 0, id: "toml" }, told.toml)));
  };
  const save = (name, text) => {
    const link = el("a", { href: URL.createObjectURL(new Blob([text])), download: name });
    link.click();
    URL.revokeObjectURL(link.href);
  };
  const copy = async (text, node) => {
    try {
      await navigator.clipboard.writeText(text);
      const before = node.textContent;
      node.textContent = "Copied";
      setTimeout(() => { node.textContent = before; }, 1500);
    } catch {
      wrong("The browser does not let this page copy: mark the text instead.");
    }
  };

  $("skip").addEventListener("click", (event) => {
    event.preventDefault();
    $("answer").focus();
  });
  for (const way of $("ways").children) way.addEventListener("click", () => $(way.dataset.to).scrollIntoView());
  addEventListener("popstate", restore);
  restore();
})();
