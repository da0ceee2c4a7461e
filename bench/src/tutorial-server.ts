#!/usr/bin/env node
/** The tutorial's service on grpc-js, as the peer of the measurements; prints its port, and ends when its stdin does. */
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import { type HeyHow, type LetsGo, TutorialPackageService, TutorialService } from "@hey/proto/tutorial";

const heyhow = (call: ServerUnaryCall<HeyHow, LetsGo>, callback: sendUnaryData<LetsGo>) =>
  callback(null, { count: call.request.count + 1, msg: "Let's go", anything: "" });

const server = new Server({ "grpc.max_concurrent_streams": 1000 });
server.addService(TutorialService, { heyhow });
server.addService(TutorialPackageService, { heyhow });
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  console.log(port);
});
process.stdin.on("end", () => process.exit()).resume();
