/** Text whose lines are no longer than so many columns, broken between words; what goes on is indented by two more. */
export function fold(text: string, columns: number): string {
  return text
    .split("\n")
    .map((line) => (line.length > columns ? foldLine(line, columns) : line))
    .join("\n");
}

function foldLine(line: string, columns: number): string {
  const indent = /^ */.exec(line)?.[0] ?? "";
  const lines: string[] = [];
  let current = indent;
  for (const word of line.slice(indent.length).split(" ")) {
    const isFirst = current.trim() === "";
    if (!isFirst && current.length + 1 + word.length > columns) {
      lines.push(current);
      current = `${indent}  ${word}`;
    } else current += isFirst ? word : ` ${word}`;
  }
  return [...lines, current].join("\n");
}
