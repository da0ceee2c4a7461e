import type { Environment } from "../report/report.ts";
import { escapeMarkup } from "./escape.ts";
import { style } from "./style.ts";

/** A page of its own: no script, nothing loaded from anywhere. `body` is markup, the title is not. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeMarkup(title)} – hey-loadgen</title>
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

/** The heading of a page. Names of methods have no blanks: they may be broken where their words end. */
export function heading(title: string): string {
  return `<h1>${escapeMarkup(title).replaceAll(/[./]/g, "$&<wbr>")}</h1>`;
}

/** More columns than these do not fit on a phone. */
const fewColumns = 4;

/** A table of texts; nothing when it has no rows. Where it is too narrow for many columns, each row is a block of its own, and each value says what it is. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const wide = head.length > fewColumns;
  const texts = head.map((_, index) => rows.some((row) => isText(row[index] ?? "")));
  const wrap = (index: number) => (texts[index] === true ? ' class="wrap"' : "");
  const role = (value: string, index: number) =>
    texts[index] !== true && isLong(value) ? ' class="long"' : wrap(index);
  const cell = (value: string, index: number) => {
    const name = wide ? `<span class="of">${escapeMarkup(head[index] ?? "")}</span>` : "";
    return value === "" ? "<td></td>" : `<td${role(value, index)}>${name}${escapeMarkup(value)}</td>`;
  };
  const names = head.map((name, index) => `<th${wrap(index)}>${escapeMarkup(name)}</th>`).join("");
  const heads = head.every((name) => name === "") ? "" : `<thead><tr>${names}</tr></thead>`;
  const body = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("");
  return `<div class="scroll"><table${wide ? ' class="wide"' : ""}>${heads}<tbody>${body}</tbody></table></div>`;
}

/** Whether a value is words to read rather than a figure. */
function isText(value: string): boolean {
  return value.length > 40;
}

/** A part of a page with its heading; nothing when there is nothing in it. */
export function section(heading: string, ...parts: readonly string[]): string {
  const body = parts.filter((part) => part !== "").join("\n");
  return body === "" ? "" : `<h2>${escapeMarkup(heading)}</h2>\n${body}`;
}

/** Whether a value is longer than a column is wide on a phone. */
function isLong(value: string): boolean {
  return value.length > 11;
}

/** Texts below each other; nothing when there are none. */
export function list(texts: readonly string[]): string {
  return texts.length === 0 ? "" : `<ul>${texts.map((text) => `<li>${escapeMarkup(text)}</li>`).join("")}</ul>`;
}

/** What a reader of the figures above has to know, a line each; nothing when all are empty. */
export function notes(texts: readonly string[]): string {
  const lines = texts.filter((text) => text !== "").map(escapeMarkup);
  return lines.length === 0 ? "" : `<p class="soft">${lines.join("<br>\n")}</p>`;
}

/** What makes the figures doubtful as a whole; nothing when the words are empty. */
export function alarm(words: string): string {
  return words === "" ? "" : `<p class="bad">${escapeMarkup(words)}</p>`;
}

/** How a page came to be: the command as a shell takes it, and where it ran. */
export function madeBy(command: readonly string[], { loadgen, node, os, cpuModel, cpus }: Environment): string {
  const machine = `hey-loadgen ${loadgen}, Node ${node}, ${os}, ${cpus} × ${cpuModel}`;
  return section("Made by", `<pre>${escapeMarkup(command.map(quote).join(" "))}</pre>`, notes([machine]));
}

function quote(argument: string): string {
  return /^[\w./:=@%+,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
