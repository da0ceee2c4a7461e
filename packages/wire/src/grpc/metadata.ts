import type { Field } from "../hpack/static-table.ts";

/** One entry of metadata. A name that ends in `-bin` has bytes for a value, any other printable ASCII. */
export type MetadataEntry = readonly [name: string, value: string | Uint8Array];
/** In order; a name may come more than once. */
export type Metadata = readonly MetadataEntry[];

const nameForm = /^[0-9a-z_.-]+$/;
const valueForm = /^[\x20-\x7e]*$/;

/**
 * Metadata as header fields.
 * @throws TypeError for names and values that gRPC does not allow, or that the transport sets itself.
 */
export function metadataFields(metadata: Metadata): Field[] {
  return metadata.map(([rawName, value]): Field => {
    const name = rawName.toLowerCase();
    if (!nameForm.test(name))
      throw new TypeError(`metadata names are of 0-9 a-z _ . -, got ${JSON.stringify(rawName)}`);
    if (isReserved(name)) throw new TypeError(`the metadata name ${name} is the transport's own`);
    if (name.endsWith("-bin")) {
      const bytes = typeof value === "string" ? Buffer.from(value, "latin1") : value;
      return { name, value: Buffer.from(bytes).toString("base64").replace(/=+$/, "") };
    }
    if (typeof value !== "string") throw new TypeError(`metadata ${name} is bytes, so that its name must end in -bin`);
    if (!valueForm.test(value))
      throw new TypeError(`metadata ${name} is not printable ASCII: ${JSON.stringify(value)}`);
    return { name, value: value.trim() };
  });
}

/** The metadata among the header fields of an answer: all but what the transport uses itself. */
export function metadataOf(fields: readonly Field[]): Metadata {
  return fields.flatMap(({ name, value }): MetadataEntry[] => {
    if (isReserved(name) && name !== "grpc-status-details-bin") return [];
    if (!name.endsWith("-bin")) return [[name, value]];
    // Several binary values may come joined by commas; base64 has none of its own.
    return value.split(",").map((part): MetadataEntry => [name, Buffer.from(part, "base64")]);
  });
}

function isReserved(name: string): boolean {
  return (
    name.startsWith("grpc-") ||
    name.startsWith(":") ||
    name === "content-type" ||
    name === "te" ||
    name === "user-agent"
  );
}
