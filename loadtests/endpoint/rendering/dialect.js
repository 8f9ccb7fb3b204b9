"use strict";
// Handlebars as SES has it: nothing is escaped, and what is put in must be there. Questions and answers are JSON.

const REQUIRED = "required"; // the helper through which every plain variable goes
const UNSUBSCRIBE = "amazonSESUnsubscribeUrl"; // filled in when the mail goes to its recipient
const BUILT_IN = new Set(["if", "unless", "each", "with", "lookup", "log"]);
const MOST_BYTES_KEPT = 100_000_000;

class Missing extends Error {}
class Wrong extends Error {}

// QuickJS looks for a pattern that begins with ^ at every place of the text, so that a long template would take
// minutes. A sticky one is looked for where the lexer is and nowhere else.
const { lexer } = Handlebars.Parser;
lexer.rules = lexer.rules.map((rule) => {
  const sticky = new RegExp(rule.source, `${rule.flags}y`);
  const isNumber = rule.test("7 ") && !rule.test("a ");
  return {
    [Symbol.match](text) {
      sticky.lastIndex = 0;
      const found = sticky.exec(text);
      return found && isNumber && lexer.matched.endsWith(".") ? null : found; // {{list.0}} is a path
    },
  };
});

// It would compare each block with all blocks before it, so that two thousand took half a minute.
Handlebars.JavaScriptCompiler.prototype.matchExistingProgram = () => undefined;

Handlebars.registerHelper(REQUIRED, (value, name) => {
  if (value === undefined || value === null) throw new Missing(name);
  return value;
});

const isPath = (node) => node.type === "PathExpression";
const isPlain = (node) => !node.params.length && !node.hash;
const path = (name) => ({ type: "PathExpression", data: false, depth: 0, parts: [name], original: name });

// The end of the line after an inline partial is not rendered, as SES's guide says.
function endLine(node) {
  if (node?.type !== "ContentStatement") return;
  node.value = node.value.replace(/^[ \t]*\r?\n/, "");
  node.rightStripped = true;
}

class Dialect extends Handlebars.Visitor {
  partials = new Set();
  used = new Set();

  Program(node) {
    super.Program(node);
    node.body.forEach((each, place) => each.type === "DecoratorBlock" && endLine(node.body[place + 1]));
  }

  MustacheStatement(node) {
    super.MustacheStatement(node);
    if (!isPlain(node)) return this.known(node);
    const name = String(node.path.original);
    if (name === UNSUBSCRIBE) Object.assign(node, { type: "ContentStatement", original: `{{${name}}}`, value: `{{${name}}}` });
    else {
      node.params = [isPath(node.path) ? node.path : path(name), { type: "StringLiteral", value: name, original: name }];
      node.path = path(REQUIRED);
    }
  }

  BlockStatement(node) {
    super.BlockStatement(node);
    if (!isPlain(node)) this.known(node);
  }

  SubExpression(node) {
    super.SubExpression(node);
    this.known(node);
  }

  PartialStatement(node) {
    super.PartialStatement(node);
    if (isPath(node.name) && !node.name.original.startsWith("@")) this.used.add(node.name.original);
  }

  DecoratorBlock(node) {
    super.DecoratorBlock(node);
    if (node.path.original !== "inline") throw new Wrong(`Missing decorator: "${node.path.original}"`);
    this.partials.add(String(node.params[0]?.value));
  }

  Decorator(node) {
    throw new Wrong(`Missing decorator: "${node.path.original}"`);
  }

  known(node) {
    const name = node.path.original;
    if (!BUILT_IN.has(name)) throw new Wrong(`Missing helper: "${name}"`);
  }
}

function program(source) {
  const tree = Handlebars.parseWithoutProcessing(source);
  const dialect = new Dialect();
  dialect.accept(tree);
  for (const name of dialect.used)
    if (!dialect.partials.has(name)) throw new Wrong(`The partial ${name} could not be found`);
  return tree;
}

const kept = new Map(); // the longest unused first

const OPTIONS = { noEscape: true, knownHelpers: { [REQUIRED]: true } };

// Handlebars.compile would wait for the first rendering.
const compiled = (source) => Handlebars.template((0, eval)(`(${Handlebars.precompile(program(source), OPTIONS)})`));

function use(source) {
  const template = kept.get(source) ?? compiled(source);
  kept.delete(source);
  kept.set(source, template);
  return template;
}

const compiledBytes = (source) => 2 * source.length + 3_000 * source.split("{{").length; // as measured

function forgetOld() {
  let bytes = kept.keys().reduce((sum, source) => sum + compiledBytes(source), 0);
  for (const source of kept.keys()) {
    if (bytes <= MOST_BYTES_KEPT) break;
    kept.delete(source);
    bytes -= compiledBytes(source);
  }
}

const isSubstitution = (node) =>
  node.type === "ContentStatement" ||
  (node.type === "MustacheStatement" && isPlain(node) && isPath(node.path) && isOfOnePart(node.path));
const isOfOnePart = ({ data, depth, parts, original }) => !data && !depth && parts.length === 1 && parts[0] === original;

const piece = (node) => node.value ?? (node.path.original === UNSUBSCRIBE ? `{{${UNSUBSCRIBE}}}` : [node.path.original]);

const questions = {
  prepare: (parts) => parts.forEach(use) ?? forgetOld() ?? {},
  isSimple: (parts) => ({ simple: parts.every((text) => Handlebars.parse(text).body.every(isSubstitution)) }),
  pieces([source]) {
    const { body } = Handlebars.parse(source);
    return { pieces: body.every(isSubstitution) ? body.map(piece) : null };
  },
  fill(parts, data, most) {
    if (!parts.every((source) => kept.has(source))) return { unprepared: true };
    const values = JSON.parse(data);
    const filled = parts.map((source) => use(source)(values));
    if (filled.reduce((sum, text) => sum + text.length, 0) > most) throw new Wrong("It makes more text than there may be.");
    return { filled };
  },
  forget: () => kept.clear() ?? {},
};

const firstLines = (message) => message.split("\n", 2).join(" ");

// The answer is made by JSON.stringify, because the bridge to Python knows no string that has been put together of others.
function answer(question, parts, ...more) {
  try {
    return JSON.stringify(questions[question](JSON.parse(parts), ...more));
  } catch (error) {
    if (error instanceof InternalError) kept.clear(); // memory is short
    if (error instanceof Missing) return JSON.stringify({ missing: error.message });
    return JSON.stringify({ wrong: firstLines(error.message) });
  }
}
