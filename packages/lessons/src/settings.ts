import { flag, type ParsedSettings } from "@hey/runtime";

/** The settings of `npm run lesson`. */
export const lessonSettings = {
  all: flag({ flag: "all", default: false, help: "play all of them" }),
  list: flag({ flag: "list", default: false, help: "only tell which there are" }),
  compose: flag({
    flag: "compose",
    default: false,
    help: "against docker compose up; default: what npm start runs, or a system of its own",
  }),
  own: flag({ flag: "own", default: false, help: "against a system of its own, even when npm start runs one" }),
};

export type LessonSettings = ParsedSettings<typeof lessonSettings>;
