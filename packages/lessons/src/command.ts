/** What a line of a page has its reader do. */
export type Command =
  | { readonly kind: "hey-mesh"; readonly words: readonly string[] }
  | { readonly kind: "signal"; readonly signal: "SIGKILL" | "SIGTERM"; readonly program: string }
  | { readonly kind: "start-again" }
  | { readonly kind: "server"; readonly args: readonly string[] }
  | { readonly kind: "compose"; readonly words: readonly string[] };

/** What stands for something that the reader has to look up; the comment behind says whose it is. */
const placeholder = /^(PID|ADDRESS)$/;

/**
 * Reads a line such as `npx hey-mesh drain ADDRESS  # server-2's`. `addressOf` gives the address of a program. Throws for
 * what no lesson can play.
 */
export function readCommand(line: string, addressOf: (program: string) => string): Command {
  const [text = "", comment = ""] = line.split(/\s+# /);
  const [, whose] = /^([\w-]+|npm start)'s/.exec(comment) ?? [];
  const words = text.trim().split(/\s+/);
  if (words.some((word) => placeholder.test(word)) && whose === undefined) {
    throw new Error(`expected whose it is, as in "kill -9 PID  # server-1's", got "${line}"`);
  }
  const [first = "", second = "", ...rest] = words;
  switch (`${first} ${second}`) {
    case "npx hey-mesh":
      return { kind: "hey-mesh", words: rest.map((word) => (word === "ADDRESS" ? addressOf(whose ?? "") : word)) };
    case "kill -9":
      return { kind: "signal", signal: "SIGKILL", program: whose ?? "" };
    case "kill PID":
      return { kind: "signal", signal: "SIGTERM", program: whose ?? "" };
    case "kill -USR2":
      return { kind: "start-again" };
    case "docker compose":
      return { kind: "compose", words: rest };
    case "npx hey-server":
      return { kind: "server", args: rest };
    default:
      throw new Error(`expected hey-mesh, kill, npx hey-server or docker compose, got "${line}"`);
  }
}
