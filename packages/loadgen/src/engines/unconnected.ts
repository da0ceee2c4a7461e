const notTls = /wrong version number|packet length too long|record layer failure|http request|unexpected message/i;
/** What OpenSSL writes: error:number:library:function:reason:file:line. */
const opensslError = /(?:Error: )?(?:\w+ EPROTO )?[\dA-F]+:error:[\dA-F]+:[^:]*:[^:]*:([^:\n]+):[^\n]*\n?/;

/** Why grpc-js has no connection, in one line: its own words carry a time, an empty note and the source files of OpenSSL. */
export function explainUnconnected(details: string): string {
  if (notTls.test(details)) return "expected TLS from it, got something else: does it speak plain text?";
  const words = details
    .replace(/^No connection established\. Last error: /, "")
    .replace(/\.? Resolution note: ?$/, "")
    .replace(opensslError, "$1")
    .replace(/ \(\d{4}-\d\d-\d\dT[\d:.]+Z\)$/, "")
    .trim();
  // An xDS control plane answered, and its answer has no route for the call.
  if (words.startsWith("Failed to route call"))
    return "expected the control plane to know this service, got no route to it";
  return words === "Failed to connect"
    ? "it closed the connection without a word of HTTP/2: does it speak TLS?"
    : words;
}
