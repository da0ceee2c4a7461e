/** The system's own contract, heyhow.v1. */
export {
  HeyHowServiceService as HeyHowService,
  Hop,
  ListenRequest,
  ListenResponse,
  Replica,
  SayRequest,
  SayResponse,
  TalkRequest,
  TalkResponse,
  TellRequest,
  TellResponse,
} from "./gen/heyhow/v1/heyhow.ts";
