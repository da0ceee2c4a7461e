import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { HeyHow, TutorialService } from "@hey/proto/tutorial";
import { grpcGo, h2load, script, withFolder } from "./contenders.ts";
import { sideBySide } from "./side-by-side.ts";

const unaryClient = "./unary-client.ts";
const streamClient = "./stream-client.ts";

/** The transport by itself beside other clients: unary calls 64 in flight and one after another, and a stream. */
export async function wire(): Promise<void> {
  await withFolder(async (folder) => {
    const message = HeyHow.encode(HeyHow.create({ count: 1_000_000, msg: "How are you" })).finish();
    const bodyFile = join(folder, "body");
    writeFileSync(bodyFile, Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]));
    const { path } = TutorialService.heyhow;
    await sideBySide("Unary calls, 1 connection, 64 in flight, a small message", "./tutorial-server.ts", "call", [
      script("wire", unaryClient, ["wire", "64"], 60_000),
      script("wire, promises", unaryClient, ["promises", "64"], 40_000),
      await h2load({ path, bodyFile, count: 60_000, inFlight: 64 }),
      await grpcGo(folder, "unary", 40_000, 64),
      script("grpc-js", unaryClient, ["grpc-js", "64"], 12_000),
    ]);
    await sideBySide("Unary calls one after another", "./tutorial-server.ts", "call", [
      script("wire", unaryClient, ["wire", "1"], 8000),
      script("wire, promises", unaryClient, ["promises", "1"], 8000),
      await grpcGo(folder, "unary", 8000, 1),
      script("grpc-js", unaryClient, ["grpc-js", "1"], 5000),
    ]);
    await sideBySide(
      "One stream of small messages from a peer that sends as fast as it can",
      "./stream-peer.ts",
      "message",
      [
        script("wire", streamClient, ["wire"], 2_000_000),
        script("wire, iterator, in place", streamClient, ["in-place"], 1_000_000),
        script("wire, iterator", streamClient, ["iterator"], 1_000_000),
        await grpcGo(folder, "stream", 500_000, 1),
        script("grpc-js", streamClient, ["grpc-js"], 100_000),
      ],
    );
  });
}
