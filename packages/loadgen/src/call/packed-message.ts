import { ByteWriter } from "./byte-writer.ts";
import type { CompiledMessage } from "./compiled-message.ts";
import { firstCall } from "./template.ts";

/** A message as code, and whether it is the same for every call. */
export interface GivenMessage {
  readonly write: CompiledMessage;
  readonly fixed: boolean;
}

/** The same message compressed: now, if it is the same for every call; else each time it is written. */
export function packMessage(
  { write, fixed }: GivenMessage,
  compress: (message: Uint8Array) => Uint8Array,
): GivenMessage {
  const plain = new ByteWriter();
  const pack: CompiledMessage = (writer, context) => {
    plain.length = 0;
    write(plain, context);
    writer.raw(compress(plain.bytes.subarray(0, plain.length)));
  };
  if (!fixed) return { write: pack, fixed };
  const packed = new ByteWriter();
  pack(packed, firstCall);
  const bytes = packed.bytes.slice(0, packed.length);
  return { write: (writer) => writer.raw(bytes), fixed };
}
