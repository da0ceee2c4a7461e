/** The look of the HTML report: system fonts, light and dark by the reader's own choice, one column on a phone. */
export const style = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5d6875; --paper: #fff; --card: #f4f6f8; --line: #d9dee4;
  --a: #1f6feb; --b: #b35900; --bad: #c62828; --good: #1b7f3b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7ebf0; --soft: #9aa5b1; --paper: #11161d; --card: #1a212b; --line: #303a47;
  --a: #6ea8ff; --b: #ffb066; --bad: #ff7b72; --good: #5fd38d; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 70rem; background: var(--paper); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.35rem; margin: .2rem 0; }
h2 { font-size: 1.05rem; margin: 1.6rem 0 .5rem; }
p { margin: .3rem 0; }
.soft, .none, figcaption { color: var(--soft); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .6rem; margin: 1rem 0; }
.card { background: var(--card); border-radius: .5rem; padding: .6rem .8rem; }
.card b { display: block; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
.bad { color: var(--bad); } .good { color: var(--good); }
header + p { margin: 1rem 0 .7rem; }
figure { margin: .8rem 0 1.2rem; }
.chart { position: relative; height: 17rem; margin: .7rem .8rem 3.2rem 4.6rem; font-size: .75rem; color: var(--soft); }
.chart svg { position: absolute; width: 100%; height: 100%; overflow: visible; }
.chart span { position: absolute; white-space: nowrap; line-height: 1; }
.chart .y { right: calc(100% + .5rem); transform: translateY(50%); } .chart .x { top: calc(100% + .7rem); transform: translateX(-50%); }
.grid, .line { vector-effect: non-scaling-stroke; }
.grid { stroke: var(--line); stroke-width: 1; }
.heat { fill: var(--a); }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.line.a { stroke: var(--a); } .line.b { stroke: var(--b); } .line.c { stroke: var(--soft); stroke-dasharray: 5 4; } .line.bad { stroke: var(--bad); }
.key { white-space: nowrap; margin-left: .8rem; } .key::before { content: "— "; font-weight: bold; }
.key.a::before { color: var(--a); } .key.b::before { color: var(--b); } .key.c::before { color: var(--soft); } .key.bad::before { color: var(--bad); }
.line.dot { stroke-width: 8; stroke-linecap: round; }
@media (max-width: 64rem) { .chart .spare { display: none; } }
@media (max-width: 40rem) { .chart .minor { display: none; } }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { color: var(--soft); font-weight: 500; }
th:first-child, td:first-child { text-align: left; white-space: normal; overflow-wrap: anywhere; min-width: 5rem; }
table:not(.wide) { width: auto; min-width: min(100%, 22rem); }
td.wrap, th.wrap { white-space: normal; text-align: left; overflow-wrap: anywhere; min-width: 14rem; }
.of { display: none; }
@media (max-width: 64rem) { .wide thead { display: none; } .wide, .wide tbody { display: block; }
  .wide tr { display: grid; grid-template-columns: repeat(auto-fill, minmax(6rem, 1fr)); padding: .5rem 0; border-bottom: 1px solid var(--line); }
  .wide td { padding: .15rem .3rem; border: 0; text-align: left; white-space: normal; overflow-wrap: anywhere; } .wide td:empty { display: none; }
  .wide td.long { grid-column: span 2; }
  .wide td:first-child { grid-column: 1 / -1; font-weight: 600; } .wide td.wrap { grid-column: 1 / -1; min-width: 0; }
  .wide .of { display: block; color: var(--soft); font-size: .75rem; font-weight: 400; } }
pre { background: var(--card); padding: .7rem; border-radius: .5rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
`;
