import { once } from "node:events";
import net from "node:net";
import { FrameType } from "../http2/frame.ts";

/** A frame that our side sent. */
export interface SentFrame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** The peer's end of one connection: sends any bytes, and collects the frames that come. */
export class PeerConnection {
  readonly socket: net.Socket;
  /** Every frame since the preface. */
  readonly frames: SentFrame[] = [];
  #rest = Buffer.alloc(0);
  #prefaceBytes = 24;
  #changed = Promise.withResolvers<void>();

  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on("error", () => {});
    socket.on("data", (bytes) => this.#take(bytes));
    socket.on("close", () => this.#changed.resolve());
  }

  send(...parts: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(parts));
  }

  /** Waits for the first frame not yet `taken` that `matches`. Rejects when the connection ends without it. */
  async next(matches: (frame: SentFrame) => boolean): Promise<SentFrame> {
    for (;;) {
      const found = this.frames.findIndex(matches);
      const [frame] = found < 0 ? [] : this.frames.splice(found, 1);
      if (frame !== undefined) return frame;
      if (this.socket.destroyed) throw new Error("the connection ended before the frame came");
      await this.#changed.promise;
    }
  }

  /** The id of the next call's stream. */
  async nextCall(): Promise<number> {
    return (await this.next(({ type }) => type === FrameType.HEADERS)).streamId;
  }

  #take(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const preface = Math.min(this.#prefaceBytes, this.#rest.length);
    this.#prefaceBytes -= preface;
    this.#rest = this.#rest.subarray(preface);
    while (this.#rest.length >= 9 && this.#rest.length >= 9 + this.#rest.readUIntBE(0, 3)) {
      const end = 9 + this.#rest.readUIntBE(0, 3);
      this.frames.push({
        type: this.#rest[3] ?? 0,
        flags: this.#rest[4] ?? 0,
        streamId: this.#rest.readUInt32BE(5),
        payload: this.#rest.subarray(9, end),
      });
      this.#rest = this.#rest.subarray(end);
    }
    const changed = this.#changed;
    this.#changed = Promise.withResolvers();
    changed.resolve();
  }
}

/** A server whose side of each connection is a script; connections come one at a time, in order. */
export interface ScriptedPeer extends AsyncDisposable {
  readonly target: string;
  accept(): Promise<PeerConnection>;
}

export async function startPeer(): Promise<ScriptedPeer> {
  const waiting: PeerConnection[] = [];
  const sockets = new Set<net.Socket>();
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    waiting.push(new PeerConnection(socket));
    server.emit("accepted");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    target: `127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    async accept() {
      while (waiting.length === 0) await once(server, "accepted");
      return waiting.shift() as PeerConnection;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
