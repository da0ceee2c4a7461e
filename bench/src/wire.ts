import { nodeScript, script, steady, withFolder } from "./contenders.ts";
import { goPrograms } from "./go-toolchain.ts";
import { h2load } from "./load-generators.ts";
import { sideBySide } from "./side-by-side.ts";

const unaryClient = "./unary-client.ts";
const streamClient = "./stream-client.ts";

/** The transport by itself beside other clients: unary calls 64 in flight and one after another, and a stream. */
export async function wire(): Promise<void> {
  await withFolder(async (folder) => {
    const go = await goPrograms(folder);
    const nghttp2 = await h2load(folder, 64);
    const server = nodeScript("./tutorial-server.ts");
    await sideBySide({
      title: "Unary calls, 1 connection, 64 in flight, a small message",
      server,
      unit: "call",
      contenders: [
        script("wire", unaryClient, ["wire", "64"], 60_000),
        script("wire, promises", unaryClient, ["promises", "64"], 40_000),
        nghttp2 && steady(nghttp2, 60_000),
        go?.client("unary", 40_000, 64),
        script("grpc-js", unaryClient, ["grpc-js", "64"], 12_000),
      ],
    });
    await sideBySide({
      title: "Unary calls one after another",
      server,
      unit: "call",
      contenders: [
        script("wire", unaryClient, ["wire", "1"], 8000),
        script("wire, promises", unaryClient, ["promises", "1"], 8000),
        go?.client("unary", 8000, 1),
        script("grpc-js", unaryClient, ["grpc-js", "1"], 5000),
      ],
    });
    await sideBySide({
      title: "One stream of small messages from a peer that sends as fast as it can",
      server: nodeScript("./stream-peer.ts"),
      unit: "message",
      contenders: [
        script("wire", streamClient, ["wire"], 3_000_000),
        script("wire, iterator, in place", streamClient, ["in-place"], 2_000_000),
        script("wire, iterator", streamClient, ["iterator"], 1_000_000),
        go?.client("stream", 500_000, 1),
        script("grpc-js", streamClient, ["grpc-js"], 100_000),
      ],
      wallTargets: ["wire", "wire, iterator, in place"].flatMap((than) => [
        { of: "grpc-go", than, is: "at least", times: 2 },
        { of: "grpc-js", than, is: "at least", times: 8 },
      ]),
    });
  });
}
