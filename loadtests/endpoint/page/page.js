// The views, and the question that is asked once a second while somebody looks.
const EVERY_MS = 1000;
const page = { since: 0, accounts: [], isKnown: false, timer: null, asking: false };

/** Do something that may fail because the server has gone; the page says so. */
async function attempt(work) {
  try {
    await work();
    say("", "");
  } catch (error) {
    say(error instanceof TypeError ? "No answer: does the server still run? Trying again." : error.message, "wrong");
  }
}

function say(sentence, kind) {
  if ($("state").textContent !== sentence) $("state").textContent = sentence;
  $("state").className = kind;
}

async function poll() {
  clearTimeout(page.timer);
  if (document.hidden || page.asking) return;
  page.asking = true;
  await attempt(async () => {
    const live = await ask(`live?since=${page.since}`);
    page.since = live.now_unix_s;
    takeLive(live);
  });
  page.asking = false;
  page.timer = setTimeout(poll, EVERY_MS);
}

function takeLive(live) {
  page.accounts = live.accounts;
  page.isKnown = true;
  takeMails(live.mails);
  showAccounts();
  const account = chosenAccount();
  if (!account) return;
  showNumbers(account, live.in_flight);
  takeCalls(account);
  drawCharts(account);
  showDelivery(account);
  followFates();
}

const nameOf = (account) => `${account.account} ${account.region}`;
/** An account's name, where it has one, or else its number. */
const called = (number_) => page.accounts.find((one) => one.account === number_)?.name || number_;
const haveNames = () => page.accounts.some((one) => one.name);
const chosenAccount = () => page.accounts.find((one) => nameOf(one) === $("account").value) || page.accounts[0];

function showAccounts() {
  const names = page.accounts.map(nameOf);
  const chosen = $("account").value;
  const option = (one) => el("option", { value: nameOf(one) }, `${called(one.account)}, ${one.region}`);
  if (names.join() !== [...$("account").options].map((one) => one.value).join()) {
    $("account").replaceChildren(...page.accounts.map(option));
    if (names.includes(chosen)) $("account").value = chosen;
    $("account").parentElement.hidden = names.length < 2;
    if (!$("settings").hidden) showSettings();
  }
}

function showNumbers(account, inFlight) {
  const last = (name) => account.seconds[name].at(-1) || 0;
  const quota = account.max_24h_send < 0 ? "no limit" : `of ${number(account.max_24h_send)}`;
  const rows = [
    ["Accepted", last("accepted"), `of ${number(account.max_send_rate_per_s)} /s`],
    ["Refused", last("refused"), "/s"],
    ["Room", account.tokens, `of ${number(account.capacity)}`],
    ["In flight", inFlight, inFlight === 1 ? "call" : "calls"],
    ["Last 24 hours", account.used_24h, quota],
    ...standingRows(account),
  ];
  const shown = (value) => typeof value === "number" ? number(value) : value;
  $("numbers").replaceChildren(...rows.map(([name, value, unit, isWrong]) => el("div", {}, el("dt", {}, name),
    el("dd", { class: isWrong || (name === "Refused" && value) ? "wrong" : null }, el("b", {}, shown(value)), " ", el("span", {}, unit)))));
}

/** The view that the address names: #inbox, #inbox/ID, #traffic or #settings. */
function showView() {
  const [view, id] = location.hash.slice(1).split("/");
  const chosen = ["inbox", "traffic", "settings"].includes(view) ? view : "inbox";
  for (const name of ["inbox", "traffic", "settings"]) {
    $(name).hidden = name !== chosen;
    if (name === chosen) $(`to-${name}`).setAttribute("aria-current", "page");
    else $(`to-${name}`).removeAttribute("aria-current");
  }
  if (chosen === "inbox") showMail(id ? decodeURIComponent(id) : null);
  if (chosen === "settings") showSettings();
  drawCharts();
  drawCalls();
}

function begin() {
  beginInbox();
  beginCharts();
  beginCalls();
  beginSettings();
  $("account").addEventListener("change", () => { page.since = 0; poll(); showSettings(); });
  addEventListener("hashchange", showView);
  document.addEventListener("visibilitychange", poll);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    event.preventDefault();
    location.hash = "inbox";
    $("text").focus();
  });
  showView();
  poll();
}

begin();
