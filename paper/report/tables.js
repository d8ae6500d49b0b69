"use strict";
// Tables: sorting of all, and those of CSV files, unpacked when they are opened.

const ROWS = 200;
const byId = name => document.getElementById(name);
const collator = new Intl.Collator("en", { numeric: true });

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const embedded = {};
function embeddedJson(name) {
  return embedded[name] ??= JSON.parse(byId(name).textContent);
}

function hidden(text) {
  return make("span", { className: "quiet-read" }, text);
}

// Numbers as results write them; anything else is none.
function numberOf(text) {
  const known = { inf: Infinity, "-inf": -Infinity, nan: null, "": null, "–": null };
  if (text in known) return known[text];
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

// Places of the values in order; what is blank comes last either way.
function ranking(values, descending) {
  const numbers = values.map(numberOf);
  const numeric = !numbers.includes(undefined);
  const keys = numeric ? numbers : values.map(value => value || null);
  const compare = numeric ? (a, b) => (a === b ? 0 : a < b ? -1 : 1) : collator.compare;
  return values.map((_, place) => place).sort((a, b) => {
    if (keys[a] === null || keys[b] === null) return (keys[a] === null) - (keys[b] === null) || a - b;
    return (descending ? -1 : 1) * compare(keys[a], keys[b]) || a - b;
  });
}

// `sort` gets the column and whether to descend; the heads say which way they stand.
function headsSort(heads, sort) {
  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => {
    const descending = head.getAttribute("aria-sort") === "ascending";
    for (const other of heads) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    sort(column, descending);
  }));
}

for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  headsSort([...table.tHead.rows[0].cells], (column, descending) => {
    const rows = [...body.rows];
    const values = rows.map(({ cells }) => cells[column].dataset.key ?? cells[column].textContent.trim());
    body.append(...ranking(values, descending).map(place => rows[place]));
  });
}

function parseCsv(text) {
  const rows = [];
  let row = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,"\n]*))(,|\n|$)/g)) {
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== ",") {
      if (row.length > 1 || row[0]) rows.push(row);
      row = [];
    }
  }
  return rows;
}

async function unpacked(name) {
  const bytes = Uint8Array.from(atob(embeddedJson("packed")[name]), letter => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

function forTheEye(text) {
  const value = numberOf(text);
  if (!Number.isFinite(value)) return text;
  const rounded = Number(value.toPrecision(6));
  return rounded && Math.abs(rounded) < 1e-4 ? rounded.toExponential() : String(rounded);
}

// Hashes of registered data lead to provenance.
function cell(text, numeric = false) {
  const anchors = embeddedJson("hashes");
  if (!/^[0-9a-f]{64}( |$)/.test(text)) {
    return make("td", { className: numeric ? "number" : "" }, numeric ? forTheEye(text) : text);
  }
  const hashes = text.split(" ").map(hash => hash in anchors
    ? make("a", { href: "#" + anchors[hash], className: "hash" }, hash.slice(0, 12))
    : make("span", { className: "hash" }, hash.slice(0, 12)));
  return make("td", {}, ...hashes.flatMap(hash => [hash, " "]));
}

// What all rows share is told once and not shown as a column.
function splitShared(names, rows) {
  const shared = names.map((name, column) => ["data", "data_sha256", "profile"].includes(name)
    && rows.length > 0 && rows.every(row => row[column] === rows[0][column]));
  const kept = names.map((_, column) => column).filter(column => !shared[column]);
  const facts = names.filter((_, column) => shared[column])
    .map(name => [name.replaceAll("_", " "), rows[0][names.indexOf(name)]]);
  return { kept, facts };
}

async function openTable(details) {
  if (details.dataset.state) return;
  details.dataset.state = "opening";
  const name = details.dataset.name;
  const [names, ...rows] = parseCsv(await unpacked(name));
  const { kept, facts } = splitShared(names, rows);
  const search = make("input", { type: "search", autocomplete: "off" });
  const count = make("output", {});
  count.setAttribute("aria-live", "polite");
  const numeric = names.map((_, column) => rows.every(row => numberOf(row[column]) !== undefined));
  const heads = kept.map(column => make("th",
    { scope: "col", "aria-sort": "none", className: numeric[column] ? "number" : "" },
    make("button", { type: "button", className: "sort" }, names[column].replaceAll("_", " "))));
  const body = make("tbody");
  const texts = rows.map(row => row.join(" ").toLowerCase());
  let order = rows.map((_, place) => place);
  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fitting = order.filter(place => words.every(word => texts[place].includes(word)));
    body.replaceChildren(...fitting.slice(0, ROWS).map(place =>
      make("tr", {}, ...kept.map(column => cell(rows[place][column], numeric[column])))));
    const most = fitting.length > ROWS ? `the first ${ROWS} of ${fitting.length} rows` : `${fitting.length} rows`;
    count.value = fitting.length === rows.length ? `Shown: ${most}` : `Shown: ${most} that fit, of ${rows.length}`;
  };
  headsSort(heads, (column, descending) => {
    order = ranking(rows.map(row => row[kept[column]]), descending);
    show();
  });
  search.addEventListener("input", show);
  const told = facts.flatMap(([fact, value]) => [make("dt", {}, fact), make("dd", {}, ...cell(value).childNodes)]);
  const region = make("div", { className: "scroll", tabIndex: 0, role: "region" },
    make("table", {}, make("thead", {}, make("tr", {}, ...heads)), body));
  for (const of of [region, region.firstChild]) of.setAttribute("aria-label", `Table ${name}`);
  details.append(
    make("form", { className: "filter" }, make("label", {}, "Filter ", search), count),
    region,
    make("dl", { className: "facts" }, ...told));
  details.querySelector("form").addEventListener("submit", event => event.preventDefault());
  show();
  details.dataset.state = "open";
}

for (const details of document.querySelectorAll("details[data-name]")) {
  details.addEventListener("toggle", () => details.open && openTable(details));
}

for (const button of document.querySelectorAll("button.csv")) {
  button.addEventListener("click", async () => {
    const file = new Blob([await unpacked(button.dataset.name)], { type: "text/csv" });
    const link = make("a", { href: URL.createObjectURL(file), download: button.dataset.name + ".csv" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  });
}

byId("close-tables")?.addEventListener("click", () => {
  for (const details of document.querySelectorAll("details[data-name]")) details.open = false;
});
