/** The tutorial's contract, under both names it was published with. */
export {
  HeyHow,
  HeyHowServiceService as TutorialService,
  LetsGo,
} from "./gen/tutorial/hey_how.ts";
export { HeyHowServiceService as TutorialPackageService } from "./gen/tutorial/hey_how_package.ts";
