/** RFC 7541, appendix A: the fields that both sides know from the start; entry 1 is the first. */
const fields =
  ":authority|:method=GET|:method=POST|:path=/|:path=/index.html|:scheme=http|:scheme=https|:status=200|:status=204|" +
  ":status=206|:status=304|:status=400|:status=404|:status=500|accept-charset|accept-encoding=gzip, deflate|" +
  "accept-language|accept-ranges|accept|access-control-allow-origin|age|allow|authorization|cache-control|" +
  "content-disposition|content-encoding|content-language|content-length|content-location|content-range|content-type|" +
  "cookie|date|etag|expect|expires|from|host|if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|" +
  "last-modified|link|location|max-forwards|proxy-authenticate|proxy-authorization|range|referer|refresh|retry-after|" +
  "server|set-cookie|strict-transport-security|transfer-encoding|user-agent|vary|via|www-authenticate";

/** One header field; its size in a table is the bytes of both and 32 (RFC 7541, 4.1). */
export interface Field {
  readonly name: string;
  readonly value: string;
}

/** The static table; index 0 is unused. */
export const staticTable: readonly Field[] = [
  { name: "", value: "" },
  ...fields.split("|").map((field): Field => {
    const [name = "", value = ""] = field.split("=");
    return { name, value };
  }),
];

/** The first index of the dynamic table. */
export const firstDynamicIndex = staticTable.length;

/** What a field counts in a table and in a header list, in bytes. */
export function fieldSize(name: string, value: string): number {
  return name.length + value.length + 32;
}
