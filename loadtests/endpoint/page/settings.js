// Switches for rate, limiter and faults, and two ways to begin anew.
const routes = { "rate-form": "rate", "limiter-form": "limiter", "faults-form": "faults" };

/** A form's values as the server takes them: numbers as numbers, and nothing for an empty field. */
function valuesOf(form_) {
  const fields = [...form_.elements].filter((one) => one.name && one.value !== "" && !one.disabled);
  return Object.fromEntries(fields.map((one) => [one.name, one.type === "number" ? one.valueAsNumber : one.value]));
}

function fill(form_, values) {
  for (const field of form_.elements) if (field.name in values) field.value = values[field.name] ?? "";
  onlyOfBuckets();
}

/** Windows have no burst, and never admit on debt. */
function onlyOfBuckets() {
  const { kind, burst, admission } = $("limiter-form").elements;
  for (const field of [burst, admission]) field.disabled = kind.value !== "token-bucket";
  if (burst.disabled) [burst.value, admission.value] = ["", "strict"];
}

/** Rate and limiter are of one account where accounts have names, and of all where they have none. */
const ofAccount = (route) => haveNames() && route !== "faults" ? `${route}?account=${chosenAccount().account}` : route;

/** What is set now, whoever has set it; before it is known which accounts there are, nobody can be asked. */
const showSettings = () => attempt(async () => {
  if (!page.isKnown) return;
  const whose = haveNames() ? `Of the account ${chosenAccount().name}` : "Of every account";
  $("rate-form").querySelector(".note").textContent = `${whose}, from now on; the burst stays.`;
  $("limiter-form").querySelector(".note").textContent = `${whose}, which begins anew under it, full and with an empty log.`;
  for (const [id, route] of Object.entries(routes)) fill($(id), await ask(ofAccount(route)));
});

async function tell(form_, work, done) {
  const output = form_.querySelector("output");
  output.className = "";
  try {
    await work();
    output.textContent = `${done} at ${clock(Date.now() / 1000)}`;
  } catch (error) {
    output.textContent = error.message;
    output.className = "wrong";
  }
}

function beginSettings() {
  for (const [id, route] of Object.entries(routes)) {
    $(id).addEventListener("submit", (event) => {
      event.preventDefault();
      tell($(id), async () => fill($(id), await ask(ofAccount(route), "PUT", valuesOf($(id)))), "Set");
    });
  }
  $("limiter-form").elements.kind.addEventListener("change", onlyOfBuckets);
  $("no-faults").addEventListener("click", () =>
    tell($("faults-form"), async () => fill($("faults-form"), await ask("faults", "PUT", {})), "Ended"));
  $("start").addEventListener("click", () =>
    tell($("reset-form"), () => ask("start", "POST", { zero_unix_s: Date.now() / 1000 }), "Started again"));
  $("forget").addEventListener("click", () => {
    if (confirm("Forget all mails, identities, templates, queues and all else?")) {
      tell($("reset-form"), () => ask("../moto-api/reset", "POST"), "Forgotten");
    }
  });
}
