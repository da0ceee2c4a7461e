import { ErrorCode } from "./error-code.ts";
import { defaultMaxFrameBytes, defaultWindowBytes, largestWindowBytes, readUint32 } from "./frame.ts";
import { ProtocolError } from "./protocol-error.ts";

/** The identifiers of RFC 9113, 6.5.2. */
export const Setting = {
  HEADER_TABLE_SIZE: 1,
  ENABLE_PUSH: 2,
  MAX_CONCURRENT_STREAMS: 3,
  INITIAL_WINDOW_SIZE: 4,
  MAX_FRAME_SIZE: 5,
  MAX_HEADER_LIST_SIZE: 6,
} as const;

/** What the peer allows us; the values before its SETTINGS are the RFC's. */
export interface PeerSettings {
  headerTableBytes: number;
  /** The smallest that it was in the last SETTINGS or just before: we have to follow there too (RFC 7541, 4.2). */
  leastHeaderTableBytes: number;
  maxConcurrentStreams: number;
  initialWindowBytes: number;
  maxFrameBytes: number;
  maxHeaderListBytes: number;
}

export function initialPeerSettings(): PeerSettings {
  return {
    headerTableBytes: 4096,
    leastHeaderTableBytes: 4096,
    maxConcurrentStreams: Number.POSITIVE_INFINITY,
    initialWindowBytes: defaultWindowBytes,
    maxFrameBytes: defaultMaxFrameBytes,
    maxHeaderListBytes: Number.POSITIVE_INFINITY,
  };
}

/**
 * Takes the payload of a SETTINGS frame into `settings`, in order; identifiers it does not know are skipped.
 * @throws ProtocolError for a length that is no multiple of 6 and for values outside their range.
 */
export function readSettings(settings: PeerSettings, bytes: Buffer, start: number, end: number): void {
  if ((end - start) % 6 !== 0) {
    throw new ProtocolError(
      ErrorCode.FRAME_SIZE_ERROR,
      `expected SETTINGS in entries of 6 bytes, got ${end - start} bytes`,
    );
  }
  settings.leastHeaderTableBytes = settings.headerTableBytes;
  for (let at = start; at < end; at += 6) {
    readSetting(settings, ((bytes[at] as number) << 8) | (bytes[at + 1] as number), readUint32(bytes, at + 2));
  }
}

function readSetting(settings: PeerSettings, identifier: number, value: number): void {
  switch (identifier) {
    case Setting.HEADER_TABLE_SIZE:
      settings.headerTableBytes = value;
      settings.leastHeaderTableBytes = Math.min(settings.leastHeaderTableBytes, value);
      return;
    case Setting.ENABLE_PUSH:
      // Only a client may send 1 (RFC 9113, 6.5.2).
      if (value !== 0) throw outOfRange("ENABLE_PUSH", "0", value, ErrorCode.PROTOCOL_ERROR);
      return;
    case Setting.MAX_CONCURRENT_STREAMS:
      settings.maxConcurrentStreams = value;
      return;
    case Setting.INITIAL_WINDOW_SIZE:
      if (value > largestWindowBytes) {
        throw outOfRange("INITIAL_WINDOW_SIZE", `at most ${largestWindowBytes}`, value, ErrorCode.FLOW_CONTROL_ERROR);
      }
      settings.initialWindowBytes = value;
      return;
    case Setting.MAX_FRAME_SIZE:
      if (value < defaultMaxFrameBytes || value > 0xff_ffff) {
        throw outOfRange("MAX_FRAME_SIZE", "16384 to 16777215", value, ErrorCode.PROTOCOL_ERROR);
      }
      settings.maxFrameBytes = value;
      return;
    case Setting.MAX_HEADER_LIST_SIZE:
      settings.maxHeaderListBytes = value;
      return;
  }
}

function outOfRange(name: string, expected: string, value: number, code: number): ProtocolError {
  return new ProtocolError(code, `expected SETTINGS_${name} ${expected}, got ${value}`);
}
