/** What the API server was asked for. */
export interface Asked {
  readonly verb: "list" | "watch";
  readonly resource: "services" | "endpointslices" | "pods";
  readonly namespace: string;
}

/** The API server did not give what it was asked for. The message says what to do. */
export class ApiFailure extends Error {
  /** The HTTP status; undefined: there was no answer. */
  readonly code: number | undefined;

  constructor(code: number | undefined, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What was there before is gone: what is there now has to be listed. */
export const gone = 410;
export const forbidden = 403;

/** What the client library threw, in words. */
export function toApiFailure(error: unknown, asked: Asked): ApiFailure {
  if (error instanceof ApiFailure) return error;
  const { resource, verb } = asked;
  const code = codeOf(error);
  return new ApiFailure(code, `cannot ${verb} ${resource}: ${explain(code, error, asked)}`, { cause: error });
}

function explain(code: number | undefined, error: unknown, { resource, namespace }: Asked): string {
  switch (code) {
    case undefined:
      return wordsOf(error);
    case 401:
      return "the API server does not take the credentials (401); renew the token or the kubeconfig";
    case forbidden: {
      const group = resource === "endpointslices" ? "discovery.k8s.io" : "";
      return `not allowed (403); in namespace ${namespace} a Role bound to this account must have: apiGroups ["${group}"], resources ["${resource}"], verbs ["list", "watch"]`;
    }
    default:
      return `the API server answers ${code}`;
  }
}

function codeOf(error: unknown): number | undefined {
  const { code, statusCode } = error as { readonly code?: unknown; readonly statusCode?: unknown };
  // Whatever is below is no HTTP status: a DOMException has a number of its own.
  return [statusCode, code].find((each): each is number => typeof each === "number" && each >= 100);
}

/** By which OpenSSL says that a certificate is by nobody whom we know. */
const untrusted =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE)/;

/** fetch keeps to itself what happened, and has it as the cause. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "no answer from the API server in time";
  if (!(error.cause instanceof Error)) return error.message;
  const { code, message } = error.cause as NodeJS.ErrnoException;
  if (code !== undefined && untrusted.test(code)) {
    return `expected a certificate by the CA that the kubeconfig names, got another one (${code}); is it the kubeconfig of this cluster?`;
  }
  return message || code || error.message;
}
