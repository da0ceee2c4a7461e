import { flag, type ParsedSettings, text } from "@hey/runtime";

/** The settings of `npm run lesson`. */
export const lessonSettings = {
  all: flag({ flag: "all", default: false, help: "play all of them" }),
  list: flag({ flag: "list", default: false, help: "only tell which there are" }),
  compose: flag({
    flag: "compose",
    default: false,
    help: "against docker compose up; default: what npm start runs, or a system of its own",
  }),
  system: text({
    flag: "system",
    default: undefined,
    placeholder: "own|FOLDER",
    help: "own: start one for it, even when npm start runs; or a folder: of npm start's run, or with --compose of the docker-compose.yml",
  }),
};

export type LessonSettings = ParsedSettings<typeof lessonSettings>;
