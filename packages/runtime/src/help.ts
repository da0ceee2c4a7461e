import type { ProgramSpec } from "./program-spec.ts";
import type { Setting, Settings } from "./settings.ts";

/** The text of `--help`: usage, arguments, and every flag with its environment variable and default. */
export function renderHelp(spec: Omit<ProgramSpec<Settings>, "checks">, columns: number): string {
  const width = Math.max(40, Math.min(columns, 100));
  const blocks = [wrap(spec.summary, width).join("\n"), `Usage: ${spec.name} ${spec.usage ?? usage(spec)}`];
  if (spec.positionals !== undefined) {
    const { name, help, env, default: fallback } = spec.positionals;
    blocks.push(["Arguments:", ...entry(name, `${help}${origins(env, fallback ?? "")}`, width)].join("\n"));
  }
  const flags = Object.values(spec.settings).flatMap((setting) =>
    entry(flagNames(setting), `${setting.help}${origins(setting.env, setting.defaultText)}`, width),
  );
  blocks.push(
    [
      "Flags (a flag wins over its environment variable, that over the default):",
      ...flags,
      ...entry(`${spec.settings && hasShortH(spec.settings) ? "    " : "-h, "}--help`, "show this text", width),
    ].join("\n"),
  );
  if (spec.footer !== undefined) blocks.push(spec.footer.trim());
  return `${blocks.join("\n\n")}\n`;
}

function usage({ positionals }: Omit<ProgramSpec<Settings>, "checks">): string {
  if (positionals === undefined) return "[flags]";
  const { name, min, max } = positionals;
  return `[flags] ${min === 0 ? `[${name}]` : name}${max > 1 ? "..." : ""}`;
}

function hasShortH(settings: Settings): boolean {
  return Object.values(settings).some(({ short }) => short === "h");
}

function flagNames({ flag, short, shape, placeholder }: Setting<unknown>): string {
  const long = shape === "switch" ? `--[no-]${flag}` : `--${flag} ${placeholder}`;
  return `${short === undefined ? "    " : `-${short}, `}${long}${shape === "list" ? " ..." : ""}`;
}

function origins(env: string | undefined, fallback: string): string {
  const parts = [env === undefined ? "" : `env ${env}`, fallback === "" ? "" : `default ${fallback}`];
  const known = parts.filter((part) => part !== "").join(", ");
  return known === "" ? "" : ` [${known}]`;
}

const indent = 30;

function entry(names: string, text: string, width: number): string[] {
  const lines = wrap(text, width - indent).map((line) => `${" ".repeat(indent)}${line}`);
  const head = `  ${names}`;
  if (head.length > indent - 2) return [head, ...lines];
  return [`${head.padEnd(indent)}${lines[0]?.slice(indent) ?? ""}`, ...lines.slice(1)];
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
