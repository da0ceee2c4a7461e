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

/** A table of texts. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: "th" | "td", values: readonly string[]) =>
    `<tr>${values.map((value) => `<${tag}>${escapeMarkup(value)}</${tag}>`).join("")}</tr>`;
  return `<div class="scroll"><table><thead>${cells("th", head)}</thead><tbody>${rows.map((row) => cells("td", row)).join("")}</tbody></table></div>`;
}

/** Texts below each other; nothing when there are none. */
export function list(title: string, texts: readonly string[]): string {
  if (texts.length === 0) return "";
  const heading = title === "" ? "" : `<h2>${escapeMarkup(title)}</h2>`;
  return `${heading}<ul>${texts.map((text) => `<li>${escapeMarkup(text)}</li>`).join("")}</ul>`;
}

/** How a page came to be: the command as a shell takes it. */
export function madeBy(command: readonly string[]): string {
  return `<h2>Made by</h2>\n<pre>${escapeMarkup(command.map(quote).join(" "))}</pre>`;
}

function quote(argument: string): string {
  return /^[\w./:=@%+,-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
