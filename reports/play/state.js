// What is asked, and how it stands in the address: compressed behind the #, which no browser sends to a server.
const MOST_IN_ADDRESS = 200_000;

const bytesOf = async (stream) => new Uint8Array(await new Response(stream).arrayBuffer());
const squeezed = (text) => bytesOf(new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw")));

/** The state as an address holds it. Texts of traces go along as far as there is room. */
async function fragmentOf(state, files) {
  const whole = await encoded({ ...state, files });
  return whole.length <= MOST_IN_ADDRESS ? whole : encoded(state);
}

async function encoded(state) {
  let binary = "";
  for (const byte of await squeezed(JSON.stringify(state))) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The state of an address; null where it holds none. */
async function stateOf(fragment) {
  try {
    const binary = atob(fragment.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (sign) => sign.charCodeAt(0));
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const state = JSON.parse(new TextDecoder().decode(await bytesOf(plain)));
    return isTable(state) && isQuestion(state.now) && (state.pinned === undefined || isQuestion(state.pinned)) ? state : null;
  } catch {
    return null;
  }
}

const isQuestion = (one) => isTable(one) && isTable(one.scenario) && Array.isArray(one.contenders);
const isTable = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const copied = (value) => structuredClone(value);

/** The value at a path of keys and places; undefined where the way ends. */
const valueAt = (table, path) => path.reduce((inside, key) => (typeof inside === "object" && inside !== null && Object.hasOwn(inside, key) ? inside[key] : undefined), table);

/** Sets it, or takes it away where it is undefined; what is left empty goes too, unless it is one of an array. */
function setAt(table, path, value) {
  const [key, ...rest] = path;
  if (rest.length) {
    const other = typeof rest[0] === "number" ? [] : {};
    const inside = typeof table[key] === "object" && table[key] !== null ? table[key] : other;
    setAt(inside, rest, value);
    const isLeftEmpty = value === undefined && !Object.keys(inside).length;
    if (isLeftEmpty && !Array.isArray(table)) delete table[key];
    else table[key] = inside;
  } else if (value !== undefined) table[key] = value;
  else if (Array.isArray(table)) table.splice(key, 1);
  else delete table[key];
}

/** The names of the files that a scenario's traces are read from. */
const tracesOf = (scenario) => ["workload", "neighbour"].flatMap((key) => (Array.isArray(scenario[key]) ? scenario[key] : [])).filter(isTable).map((one) => one.path).filter((path) => typeof path === "string");
