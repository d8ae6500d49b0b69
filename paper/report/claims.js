// Claims: filters, counts that filter, certificates that are set when they are opened.

const claims = [...byId("rows").rows];
const words = byId("text");
const selects = ["verdict", "method", "topic", "source"].map(byId);
const said = new Map(claims.map(row => [row,
  (row.id + " " + row.querySelector(".statement").textContent + " " + row.querySelector(".where").textContent).toLowerCase()]));

function filter() {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of claims) {
    row.hidden = !(selects.every(select => !select.value || row.dataset[select.id] === select.value)
      && wanted.every(word => said.get(row).includes(word)));
    shown += !row.hidden;
  }
  byId("count").value = `${shown} of ${claims.length} claims`;
  byId("nothing").hidden = shown > 0;
}

function showOnly({ verdict = "", source = "" }) {
  words.value = "";
  for (const select of selects) select.value = { verdict, source }[select.id] ?? "";
  filter();
}

const filters = byId("filters");
filters.addEventListener("submit", event => event.preventDefault());
for (const event of ["input", "change"]) filters.addEventListener(event, filter);
filters.addEventListener("reset", () => setTimeout(filter));
byId("nothing").querySelector("button").addEventListener("click", () => showOnly({}));
for (const button of document.querySelectorAll("button.count")) {
  button.addEventListener("click", () => {
    showOnly(button.dataset);
    byId("claims").scrollIntoView();
    words.focus({ preventScroll: true });
  });
}

function rowsOf(name, heads, rows, numeric = []) {
  return make("div", { className: "scroll" }, make("table", { "aria-label": name },
    make("thead", {}, make("tr", {}, ...heads.map((head, column) =>
      make("th", { scope: "col", className: numeric.includes(column) ? "number" : "" }, head)))),
    make("tbody", {}, ...rows.map(row => make("tr", {}, ...row.map((value, column) =>
      make(column ? "td" : "th", column ? { className: numeric.includes(column) ? "number" : "text" } : { scope: "row" },
        ...(typeof value === "string" ? withHashes(value) : [value]))))))));
}

// The first letters of a hash lead to the data file of that hash.
function withHashes(text) {
  return text.split(/\b([0-9a-f]{12})\b/).map((piece, place) => place % 2 && byId("data-" + piece)
    ? make("a", { href: "#data-" + piece, className: "hash" }, piece) : piece);
}

function part(title, ...children) {
  return [make("h3", {}, title), ...children];
}

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // files have no clipboard in some browsers: the old way
    const area = make("textarea", { value: text });
    button.after(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    button.focus();
  }
  button.nextElementSibling.value = "copied";
}

function command(claim) {
  const profile = document.body.dataset.profile;
  const text = `rmot claims ${claim} --verify` + (profile === "full" ? "" : ` --profile ${profile}`);
  const button = make("button", { type: "button" }, "Copy", hidden(` the command for ${claim}`));
  button.addEventListener("click", () => copy(text, button));
  const done = make("output", {});
  done.setAttribute("aria-live", "polite");
  return make("p", { className: "command" }, "Check it anew: ", make("code", {}, text), " ", button, " ", done);
}

// A column without any error is not shown.
function leaveBlank(heads, rows) {
  const kept = heads.map((_, column) => column).filter(column => rows.some(row => row[column]));
  return [kept.map(column => heads[column]), rows.map(row => kept.map(column => row[column]))];
}

function truth(holds) {
  return make("span", { className: holds ? "yes" : "no" }, holds ? "true" : "false");
}

const SIGNS = { "<=": "≤", ">=": "≥", "==": "=" };

function certificateParts(found) {
  const rows = found.statements.map(([name, value, relation, limit, holds, formula, ground]) => {
    const title = make("span", {}, name);
    if (ground) title.append(make("span", { className: "soft" }, `by ${ground}`));
    if (formula) title.append(make("details", {}, make("summary", {}, "formula", hidden(` of ${name}`)), make("code", {}, formula)));
    return [title, value, SIGNS[relation] ?? relation, limit, truth(holds)];
  });
  const raw = make("details", { className: "raw" }, make("summary", {}, "The whole certificate (JSON)", hidden(` of ${found.claim}`)));
  raw.addEventListener("toggle", () => {
    if (raw.childElementCount < 2) raw.append(make("pre", { tabIndex: 0 }, JSON.stringify(found.raw, null, 1)));
  });
  const rules = found.rules.map(([verdict, conditions]) => [verdict,
    conditions.map(([name, holds]) => `${name}: ${holds ? "true" : "false"}`).join("; ")]);
  const tables = [
    ["What was found", ...leaveBlank(["Quantity", "Value", "Error"], found.evidence)],
    ["What was compared", ["Statement", "Value", "", "Limit or tolerance", "Holds"], rows, [1, 3]],
    ["How the verdict follows: by the first line that fits", ["Verdict", "When"], rules],
    ["The claim's data", ["Name", "Value"], found.data],
    ["Printed tables", ["File", "sha256"], found.tables.map(([file, hash]) =>
      [file, make("span", { className: "hash" }, hash)])],
  ].filter(([, , lines]) => lines.length);
  return [
    command(found.claim),
    ...part(found.verdict === "verified" ? "Reading" : "Reading defeated", make("p", {}, found.reading)),
    ...tables.flatMap(([title, ...table]) => part(title, rowsOf(title, ...table))),
    ...part("What would have made it another", make("p", {}, found.otherwise)),
    raw,
  ];
}

function openCertificate(details) {
  if (details.childElementCount > 1) return;
  const claim = details.closest("tr").id;
  for (const found of embeddedJson("certificates")[claim]) {
    details.append(make("div", { className: "inside" }, ...certificateParts(found)));
  }
}

for (const details of document.querySelectorAll("details.certificate")) {
  details.addEventListener("toggle", () => details.open && openCertificate(details));
}

// Whatever the address names is made visible: a filtered claim, a closed table.
function follow() {
  const target = byId(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.hidden) showOnly({});
  const details = target.querySelector("details.certificate, details[data-name]");
  if (details && (claims.includes(target) || target.classList.contains("table"))) {
    details.open = true;
    if (details.matches(".certificate")) openCertificate(details);
  }
  target.scrollIntoView();
  const focus = target.querySelector("summary, a, button") ?? target;
  if (!target.matches("section")) focus.focus({ preventScroll: true });
}
window.addEventListener("hashchange", follow);
// The same address again leads there again.
document.addEventListener("click", event => {
  const link = event.target.closest('a[href^="#"]:not([download])');
  if (link && link.getAttribute("href") === location.hash) follow();
});
filter();
follow();
