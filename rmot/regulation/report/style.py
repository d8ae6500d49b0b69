"""The page's style: readable on a telephone, and printed on A4 as it stands."""

STYLE = """
:root { --ink: #1c1c1c; --quiet: #565656; --rule: #c4c9cd; --wash: #f2f5f7; --blue: #0b5a8f;
  --warn: #a83e00; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1rem; color: var(--ink); background: #fff;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
a { color: var(--blue); }
.skip { position: absolute; left: -99rem; }
.skip:focus { position: static; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .5rem; padding-top: .6rem;
  border-top: 2px solid var(--ink); }
h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; overflow-wrap: anywhere; }
p { margin: .4rem 0 .8rem; max-width: 46rem; }
.quiet, caption, figcaption { color: var(--quiet); font-size: .875rem; }
.warning { border-left: 4px solid var(--warn); padding: .3rem .8rem; background: #fdf3ec; }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .75rem;
  margin: 1rem 0; padding: 0; list-style: none; }
.numbers li { background: var(--wash); padding: .7rem .9rem; border-left: 4px solid var(--blue); }
.numbers b { display: block; font-size: 1.35rem; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; margin: .6rem 0 1.2rem; }
.scroll:focus { outline: 2px solid var(--blue); outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; line-height: 1.35; }
caption { text-align: left; padding: .2rem 0 .4rem; }
th, td { padding: .3rem .55rem .3rem 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--rule); }
thead th { border-bottom: 2px solid var(--ink); vertical-align: bottom; font-weight: 600; }
tbody th { font-weight: 500; min-width: 8rem; }
.num { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
thead .num { white-space: normal; }
td:not(.num), thead th:not(.num):not(:first-child) { padding-left: .4rem; }
.long { min-width: 16rem; }
.yes { color: #00573c; font-weight: 600; }
.no { color: var(--warn); font-weight: 600; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr));
  gap: 1rem; }
figure { margin: 0 0 .8rem; break-inside: avoid; }
figure svg { width: 100%; max-width: 28rem; height: auto; display: block; }
code { overflow-wrap: anywhere; font-size: .8125rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .9rem; font-size: .9rem; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: .4rem; } }
@media print {
  @page { size: A4; margin: 14mm 13mm; }
  html { font-size: 9pt; }
  body { max-width: none; padding: 0; font-size: 1rem; }
  .numbers { grid-template-columns: 1fr 1fr; }
  h2, h3, caption { break-after: avoid; } tr { break-inside: avoid; }
  thead { display: table-header-group; }
  .scroll { overflow: visible; } table { font-size: 7.4pt; } .skip { display: none; }
  th, td { padding-right: .35rem; } tbody th, .long { min-width: 0; }
  .figures { grid-template-columns: 1fr 1fr; }
  .numbers li, .warning { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
