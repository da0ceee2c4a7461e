import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLatest } from "@hey/rpc";
import type { Certificate } from "./certificate.ts";

export type KubernetesResource = "services" | "endpointslices" | "pods";

export interface KubernetesObject {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly [field: string]: unknown;
}

export interface KubernetesRequest {
  readonly verb: "list" | "watch";
  readonly resource: KubernetesResource;
  readonly namespace: string;
  /** Where a watch begins. */
  readonly version: string;
  readonly token: string | undefined;
  /** Everything after the ?, by name. */
  readonly query: Readonly<Record<string, string>>;
}

/** How it speaks TLS, and which certificate its kubeconfig says that it has. */
export interface KubernetesTls {
  readonly own: Certificate;
  readonly expected: Certificate;
}

interface Happened {
  readonly version: number;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: KubernetesObject;
}

interface Watching {
  readonly resource: KubernetesResource;
  readonly response: ServerResponse;
  readonly wants: (object: KubernetesObject) => boolean;
  /** Nothing is said to it any more. */
  forgotten: boolean;
}

const pageSize = 2;

/**
 * A Kubernetes API server that keeps objects of one namespace, lists them page by page and tells what happens to them, and
 * that fails as the test says. For tests.
 */
export async function startKubernetes(tls?: KubernetesTls) {
  let version = 100;
  /** Below this, what happened is forgotten. */
  let oldest = 0;
  let gone: "status" | "event" = "status";
  const objects = new Map<string, { readonly resource: KubernetesResource; readonly object: KubernetesObject }>();
  const history: (Happened & { readonly resource: KubernetesResource })[] = [];
  const failures = new Map<string, number | "silence">();
  const watching = new Set<Watching>();
  const requests: KubernetesRequest[] = [];
  const asked = createLatest(0);
  const watchers = createLatest({});

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const { wants, continued, ...asking } = readRequest(request);
    requests.push(asking);
    asked.set(requests.length);
    const { verb, resource } = asking;
    const failure = failures.get(`${verb} ${resource}`);
    if (failure === "silence") return;
    if (failure !== undefined) fail(response, failure);
    else if (verb === "list") list(response, resource, wants, continued);
    else watch(response, { resource, response, wants, forgotten: false }, Number(asking.version));
  };
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls.own, answer);

  function list(
    response: ServerResponse,
    resource: KubernetesResource,
    wants: Watching["wants"],
    continued: { readonly from: number; readonly version: number } | undefined,
  ) {
    const all = [...objects.values()].filter((each) => each.resource === resource).map(({ object }) => object);
    const { from, version: state } = continued ?? { from: 0, version };
    const wanted = all.filter(wants);
    const next = from + pageSize < wanted.length ? `${from + pageSize}@${state}` : undefined;
    const metadata = { resourceVersion: String(state), ...(next && { continue: next }) };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ kind: "List", metadata, items: wanted.slice(from, from + pageSize) }));
  }

  function watch(response: ServerResponse, one: Watching, from: number) {
    const forgotten = from < oldest;
    if (forgotten && gone === "status") return fail(response, 410);
    response.setHeader("content-type", "application/json");
    response.flushHeaders();
    if (forgotten) {
      const object = { kind: "Status", code: 410, reason: "Expired", message: `too old resource version: ${from}` };
      response.end(`${JSON.stringify({ type: "ERROR", object })}\n`);
      return;
    }
    for (const each of history) if (each.version > from && each.resource === one.resource) send(one, each);
    watching.add(one);
    watchers.set({});
    response.on("close", () => {
      watching.delete(one);
      watchers.set({});
    });
  }

  function happen(resource: KubernetesResource, type: Happened["type"], object: KubernetesObject) {
    const happened = { version, type, object, resource };
    history.push(happened);
    for (const one of watching) if (one.resource === resource && !one.forgotten) send(one, happened);
  }

  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const folder = await mkdtemp(join(tmpdir(), "kube-"));
  const kubeconfig = join(folder, "config");
  const url = `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`;
  await writeFile(kubeconfig, configOf(url, tls));

  return {
    url,
    kubeconfig,
    requests,
    /** The newest resourceVersion. */
    get version() {
      return version;
    },
    /** Adds or changes an object. */
    put(resource: KubernetesResource, written: KubernetesObject) {
      version += 1;
      const { metadata } = written;
      const object = { ...written, metadata: { ...metadata, resourceVersion: String(version), namespace: "shop" } };
      const key = `${resource}/${metadata.name}`;
      const type = objects.has(key) ? "MODIFIED" : "ADDED";
      objects.set(key, { resource, object });
      happen(resource, type, object);
    },
    remove(resource: KubernetesResource, name: string) {
      version += 1;
      const known = objects.get(`${resource}/${name}`);
      objects.delete(`${resource}/${name}`);
      if (known === undefined) return;
      const metadata = { ...known.object.metadata, resourceVersion: String(version) };
      happen(resource, "DELETED", { ...known.object, metadata });
    },
    /** Says something to everyone who watches, without anything having happened. */
    say(resource: KubernetesResource, line: string) {
      for (const { resource: other, response } of watching) if (other === resource) response.write(`${line}\n`);
    },
    /** Lets everyone who watches think that they still do. */
    goDeaf(resource: KubernetesResource) {
      for (const one of watching) if (one.resource === resource) one.forgotten = true;
    },
    /** What happens meanwhile is neither told nor remembered; it can be listed. */
    unhear(resource: KubernetesResource, happening: () => void) {
      const from = history.length;
      const deaf = [...watching].filter((one) => one.resource === resource);
      for (const one of deaf) one.forgotten = true;
      happening();
      for (const one of deaf) one.forgotten = false;
      history.length = from;
    },
    /** Ends the answers to everyone who watches, as is done every few minutes. */
    endWatches(resource: KubernetesResource) {
      for (const one of watching) if (one.resource === resource) one.response.end();
    },
    /** Breaks the connections of everyone who watches. */
    breakWatches(resource: KubernetesResource) {
      for (const one of watching) if (one.resource === resource) one.response.socket?.destroy();
    },
    /** Forgets everything that has happened until now, and says so as an HTTP status or as an event. */
    forget(how: "status" | "event") {
      history.length = 0;
      version += 1;
      oldest = version;
      gone = how;
    },
    /** From now on fails with a status, or does not answer at all; undefined: answers again. */
    fail(verb: KubernetesRequest["verb"], resource: KubernetesResource, how: number | "silence" | undefined) {
      if (how === undefined) failures.delete(`${verb} ${resource}`);
      else failures.set(`${verb} ${resource}`, how);
    },
    /** Waits for a request like this, among those after the first `from`. */
    async asked(wanted: Partial<KubernetesRequest>, from = 0): Promise<KubernetesRequest> {
      const entries = Object.entries(wanted);
      const is = (request: KubernetesRequest) =>
        entries.every(([key, value]) => request[key as keyof typeof request] === value);
      for await (const _ of asked.watch(AbortSignal.timeout(10_000))) {
        const found = requests.slice(from).find(is);
        if (found !== undefined) return found;
      }
      throw new Error(`never asked for ${JSON.stringify(wanted)}, but ${JSON.stringify(requests.slice(from))}`);
    },
    /** Waits until nobody watches; of one kind of object, or at all. */
    async unwatched(resource?: KubernetesResource): Promise<void> {
      const others = () => [...watching].filter((one) => resource === undefined || one.resource === resource);
      for await (const _ of watchers.watch(AbortSignal.timeout(10_000))) if (others().length === 0) return;
      throw new Error(`${others().length} watches go on`);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}

function readRequest({ url = "", headers }: IncomingMessage) {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const [, namespace = "", resource = ""] = /\/namespaces\/([^/]+)\/([a-z]+)$/.exec(pathname) ?? [];
  const selector =
    searchParams
      .get("labelSelector")
      ?.split(",")
      .map((each) => each.split("=")) ?? [];
  const name = searchParams.get("fieldSelector")?.replace("metadata.name=", "");
  const [from, version] = searchParams.get("continue")?.split("@").map(Number) ?? [];
  const verb: KubernetesRequest["verb"] = searchParams.get("watch") === "true" ? "watch" : "list";
  return {
    verb,
    resource: resource as KubernetesResource,
    namespace,
    version: searchParams.get("resourceVersion") ?? "",
    token: headers.authorization,
    query: Object.fromEntries(searchParams),
    continued: from === undefined || version === undefined ? undefined : { from, version },
    wants: ({ metadata }: KubernetesObject) =>
      (name === undefined || metadata.name === name) &&
      selector.every(([key = "", value]) => metadata.labels?.[key] === value),
  };
}

function send({ response, wants }: Watching, { type, object }: Happened): void {
  if (wants(object)) response.write(`${JSON.stringify({ type, object })}\n`);
}

function fail(response: ServerResponse, code: number): void {
  response.writeHead(code, { "content-type": "application/json" });
  response.end(JSON.stringify({ kind: "Status", status: "Failure", code, message: "as the test says" }));
}

function configOf(server: string, tls: KubernetesTls | undefined): string {
  // The client library speaks plain HTTP only to those who say that they do not verify.
  const trust =
    tls === undefined
      ? { "insecure-skip-tls-verify": true }
      : { "certificate-authority-data": Buffer.from(tls.expected.cert).toString("base64") };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    contexts: [{ name: "test", context: { cluster: "test", user: "test", namespace: "shop" } }],
    clusters: [{ name: "test", cluster: { server, ...trust } }],
    users: [{ name: "test", user: { token: "secret" } }],
  });
}
