/**
 * A peer's text as one line for a terminal: control characters, line ends among them, are shown as `\x1b` and so on, so
 * that no name and no message can move the cursor, clear the screen or begin a row of its own.
 */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
