import { type Connection, type ConnectOptions, connect } from "../index.ts";
import { settings } from "./peer-frames.ts";
import { type PeerConnection, startPeer } from "./scripted-peer.ts";

/** A connection and the far end of it, which is scripted. Disposing ends both. */
export interface Pair extends AsyncDisposable {
  readonly connection: Connection;
  readonly far: PeerConnection;
}

/** A connection that has just been made; `first` is what the peer begins with. */
export async function pair(options: Omit<ConnectOptions, "target"> = {}, first = settings()): Promise<Pair> {
  const peer = await startPeer();
  const connecting = connect({ target: peer.target, ...options });
  const far = await peer.accept();
  far.send(first);
  const connection = await connecting;
  return {
    connection,
    far,
    async [Symbol.asyncDispose]() {
      connection.destroy();
      await peer[Symbol.asyncDispose]();
    },
  };
}
