import { integer, number, type SettingsOf } from "@hey/runtime";

/** The settings of `npm start`. */
export const demoSettings = {
  servers: integer({ flag: "servers", default: 3, min: 1, max: 50, help: "how many servers" }),
  port: integer({
    flag: "port",
    short: "p",
    default: 9999,
    min: 0,
    max: 65_535,
    help: "where the front answers on 127.0.0.1; 0: the system's choice",
  }),
  seconds: number({
    flag: "seconds",
    short: "z",
    default: 0,
    min: 0,
    help: "end by itself after so many seconds, with the client's exit code; 0: run until Ctrl-C",
  }),
};

export type DemoSettings = SettingsOf<typeof demoSettings>;
