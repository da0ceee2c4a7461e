export { type Address, formatAddress, parseAddress } from "./address.ts";
export { type Admin, type AdminOptions, listenAdmin } from "./admin.ts";
export { formatDuration, parseDuration } from "./duration.ts";
export { ProgramError, SettingsError } from "./failures.ts";
export { createLogger, type Logger, type LoggerOptions, type LogLevel } from "./logger.ts";
export {
  type CallMetrics,
  type CallMetricsOptions,
  createCallMetrics,
  createRegistry,
  type Registry,
} from "./metrics.ts";
export { nearest } from "./nearest.ts";
export { type Environment, parseSettings } from "./parse-settings.ts";
export { printable } from "./printable.ts";
export { type Io, program } from "./program.ts";
export type { ParsedSettings, Positionals, ProgramSpec } from "./program-spec.ts";
export {
  address,
  choice,
  type Description,
  duration,
  flag,
  integer,
  list,
  number,
  type Setting,
  type Settings,
  type SettingsOf,
  text,
} from "./settings.ts";
export { variablesInUse, withVariables } from "./variables.ts";
