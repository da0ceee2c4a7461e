/** A place to listen: a TCP host and port, or the path of a Unix socket. */
export type Address =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** What `parseAddress` takes, in words for a message. */
export const addressForm = "host:port, with IPv6 in brackets and port 0 for the system's choice, or unix:path";

/** Reads `host:port`, `[v6]:port` or `unix:path`; `undefined` for anything else. Names are not looked up. */
export function parseAddress(text: string): Address | undefined {
  if (text.startsWith("unix:")) {
    const path = text.slice("unix:".length);
    return path === "" ? undefined : { kind: "unix", path };
  }
  const match = /^(?:\[(?<v6>[0-9a-f:.]*:[0-9a-f:.]*)\]|(?<name>[^\s:/[\]@]+)):(?<port>\d{1,5})$/i.exec(text);
  const host = match?.groups?.["v6"] ?? match?.groups?.["name"];
  const port = Number(match?.groups?.["port"]);
  return host === undefined || port > 65_535 ? undefined : { kind: "tcp", host, port };
}

/** The text that `parseAddress` reads back. */
export function formatAddress(address: Address): string {
  if (address.kind === "unix") return `unix:${address.path}`;
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
