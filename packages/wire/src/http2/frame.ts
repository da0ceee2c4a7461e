/** The frame types of RFC 9113, 6. */
export const FrameType = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

const names = Object.keys(FrameType);

/** The flags; ACK is END_STREAM's bit on SETTINGS and PING. */
export const Flag = { END_STREAM: 0x1, ACK: 0x1, END_HEADERS: 0x4, PADDED: 0x8, PRIORITY: 0x20 } as const;

/** What a client sends before its first frame. */
export const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

/** The bytes before each frame's payload. */
export const frameHeaderBytes = 9;

/** The largest payload that may be sent unasked, and what we ask of the peer. */
export const defaultMaxFrameBytes = 16_384;

/** The windows before any SETTINGS. */
export const defaultWindowBytes = 65_535;

/** The largest a window may become. */
export const largestWindowBytes = 0x7fff_ffff;

/** The name of a frame type, for people. */
export function frameName(type: number): string {
  return names[type] ?? `frame type 0x${type.toString(16)}`;
}

/** The unsigned 32-bit number at `position`. */
export function readUint32(bytes: Uint8Array, position: number): number {
  return (
    (((bytes[position] as number) << 24) |
      ((bytes[position + 1] as number) << 16) |
      ((bytes[position + 2] as number) << 8) |
      (bytes[position + 3] as number)) >>>
    0
  );
}
