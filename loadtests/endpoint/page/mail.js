// One mail: its content in every form, and what became of it.
const MOST_RAW = 500000; // characters that are shown; all of them can be saved
const forms = [
  ["html", "HTML", (mail) => mail.html && htmlPanel(mail)],
  ["text", "Text", (mail) => mail.text && el("pre", { class: "wrapped" }, mail.text)],
  ["fate", "Fate", fatePanel],
  ["files", "Attachments", (mail) => mail.attachments.length && filesPanel(mail)],
  ["headers", "Headers", headersPanel],
  ["raw", "Raw", rawPanel],
];
let form = "html";
let opened = null; // the mail that is shown, as it was when it was asked for

async function showMail(id) {
  inbox.chosen = id;
  markChosen();
  $("inbox").classList.toggle("reading", id !== null);
  const place = $("mail");
  if (id === null) return void place.replaceChildren(el("p", { class: "note empty" }, "Choose a mail to read it."));
  try {
    const mail = await ask(`messages/${encodeURIComponent(id)}`);
    if (inbox.chosen !== id) return;
    opened = mail;
    place.replaceChildren(...mailHead(mail), ...mailForms(mail));
  } catch (error) {
    if (inbox.chosen === id) place.replaceChildren(back(), el("p", { class: "note empty" }, error.message));
  }
  place.scrollTop = 0;
}

/** What becomes of a mail is told while it happens, to those who look at it. */
async function followFates() {
  const before = opened;
  if (before === null || before.id !== inbox.chosen || form !== "fate" || !isUnderWay(before)) return;
  await attempt(async () => {
    const mail = await ask(`messages/${encodeURIComponent(before.id)}`);
    if (opened !== before || form !== "fate" || mail.events.length === before.events.length) return;
    opened = mail;
    const isOpen = [...$("panel").querySelectorAll("details")].map((one) => one.open);
    $("panel").replaceChildren(fatePanel(mail));
    [...$("panel").querySelectorAll("details")].forEach((one, place) => { one.open = isOpen[place] || false; });
  });
}

const back = () => el("a", { class: "back", href: "#inbox" }, "‹ Inbox");

function mailHead(mail) {
  const rows = [
    ["From", mail.from], ["To", mail.to.join(", ")], ["Cc", mail.cc.join(", ")], ["Bcc", mail.bcc.join(", ")],
    ["Accepted", `${clock(mail.accepted_unix_s)}, ${called(mail.account)} in ${mail.region}, by ${mail.caller}`],
    ["Tags", Object.entries(mail.tags).map(([name, value]) => `${name}=${value}`).join(", ")],
    ["Set", mail.configuration_set], ["Template", mail.template], ["Id", mail.id],
  ].filter(([, value]) => value);
  return [back(), el("h2", {}, mail.subject || "(no subject)"),
    el("dl", { class: "head" }, ...rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]))];
}

/** Tabs, of which a mail has those with something in them; the one that was last chosen comes first. */
function mailForms(mail) {
  const panel = el("div", { id: "panel", role: "tabpanel", tabindex: "0" });
  const tabs = el("div", { role: "tablist", "aria-label": "Forms of the mail" });
  const made = forms.map(([name, title, make]) => [name, title, make(mail)]).filter(([, , content]) => content);
  for (const [name, title, content] of made) {
    const label = name === "files" ? `${title} (${mail.attachments.length})` : title;
    const choose = (event) => {
      form = event ? name : form;
      for (const tab of tabs.children) {
        tab.setAttribute("aria-selected", String(tab.id === `tab-${name}`));
        tab.tabIndex = tab.id === `tab-${name}` ? 0 : -1;
      }
      panel.setAttribute("aria-labelledby", `tab-${name}`);
      panel.className = name;
      panel.replaceChildren(typeof content === "function" ? content() : content);
    };
    tabs.append(el("button", { id: `tab-${name}`, role: "tab", type: "button", "aria-controls": "panel", onclick: choose }, label));
    tabs.lastChild.choose = choose;
  }
  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const all = [...tabs.children];
    const next = step && all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
    if (next) { next.focus(); next.click(); }
  });
  ([...tabs.children].find((tab) => tab.id === `tab-${form}`) || tabs.firstChild).choose();
  return [tabs, panel];
}

/** In a frame that runs nothing, fetches nothing and is of no site at all. */
const htmlPanel = (mail) => () => {
  const src = `messages/${encodeURIComponent(mail.id)}/html`;
  const shown = document.createDocumentFragment();
  shown.append(el("p", { class: "note" }, "Without scripts, and without images and fonts from elsewhere."),
    el("iframe", { sandbox: "", referrerpolicy: "no-referrer", title: "The mail's HTML", src }));
  return shown;
};

function fatePanel(mail) {
  const isPlain = ({ fates }) => fates.join() === "Delivery";
  const trouble = [...mail.recipients].sort((one, other) => isPlain(one) - isPlain(other));
  const rows = trouble.map((one) => el("tr", {}, el("td", {}, one.address), el("td", {},
    ...one.fates.map((fate) => el("span", { class: `badge ${fate === "Delivery" ? "good" : "bad"}` }, fate)),
    one.state ? el("div", { class: "note" }, way(mail, one)) : null)));
  const events = mail.events.map((event) => el("details", {},
    el("summary", {}, event.eventType), el("pre", {}, JSON.stringify(event, null, 2))));
  return el("div", {},
    el("table", { class: "fates" }, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Recipient"), el("th", { scope: "col" }, "Fate"))),
      el("tbody", {}, ...rows)),
    el("h3", {}, "Events"), ...events);
}

function filesPanel(mail) {
  const link = (file) => el("a", { href: `messages/${encodeURIComponent(mail.id)}/attachments/${file.number}`, download: true },
    file.name || `attachment ${file.number}`);
  return el("ul", { class: "files" }, ...mail.attachments.map((file) => el("li", {}, link(file), " ",
    el("span", { class: "note" }, [file.type, size(file.bytes), file.inline ? "inline" : "", file.content_id ? `cid:${file.content_id}` : ""]
      .filter(Boolean).join(", ")))));
}

function headersPanel(mail) {
  return el("table", { class: "headers" }, el("tbody", {}, ...mail.headers.map(({ name, value }) =>
    el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, value)))));
}

function rawPanel(mail) {
  const path = `messages/${encodeURIComponent(mail.id)}/raw`;
  return () => {
    const text = el("pre", { class: "wrapped" }, "…");
    attempt(async () => {
      const whole = await (await fetch(path)).text();
      text.textContent = whole.length > MOST_RAW ? `${whole.slice(0, MOST_RAW)}\n… save it to see all of it` : whole;
    });
    return el("div", {}, el("p", {}, el("a", { href: path, download: `${mail.id}.eml` }, `Save (${size(mail.raw_bytes)})`)), text);
  };
}
