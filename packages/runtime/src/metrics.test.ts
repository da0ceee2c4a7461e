import assert from "node:assert/strict";
import { test } from "node:test";
import { register } from "prom-client";
import { createCallMetrics, createRegistry } from "./metrics.ts";

const say = "/heyhow.v1.HeyHowService/Say";
const talk = "/heyhow.v1.HeyHowService/Talk";
const service = {
  say: { path: say, requestStream: false, responseStream: false },
  listen: { path: "/heyhow.v1.HeyHowService/Listen", requestStream: false, responseStream: true },
  tell: { path: "/heyhow.v1.HeyHowService/Tell", requestStream: true, responseStream: false },
  talk: { path: talk, requestStream: true, responseStream: true },
};

/** The samples of a text in Prometheus' format: name and labels to value. */
function samples(text: string): ReadonlyMap<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ")))]),
  );
}

const labels = (type: string, method: string) =>
  `grpc_type="${type}",grpc_service="heyhow.v1.HeyHowService",grpc_method="${method}"`;

test("calls are counted by method and code, those in flight too, and their time goes into a histogram", async () => {
  const metrics = createCallMetrics({ side: "server", services: [service] });
  for (let call = 0; call < 3; call++) metrics.started(say);
  metrics.started(talk);
  metrics.ended(say, "OK", 0.003);
  metrics.ended(say, "DEADLINE_EXCEEDED", 0.2);
  const text = await metrics.registry.metrics();
  const found = samples(text);
  const unary = labels("unary", "Say");
  assert.equal(found.get(`grpc_server_started_total{${unary}}`), 3);
  assert.equal(found.get(`grpc_server_handled_total{${unary},grpc_code="OK"}`), 1);
  assert.equal(found.get(`grpc_server_handled_total{${unary},grpc_code="DEADLINE_EXCEEDED"}`), 1);
  assert.equal(found.get(`grpc_server_calls_in_flight{${unary}}`), 1);
  assert.equal(found.get(`grpc_server_calls_in_flight{${labels("bidi_stream", "Talk")}}`), 1);
  assert.equal(found.get(`grpc_server_handling_seconds_bucket{le="0.0025",${unary}}`), 0);
  assert.equal(found.get(`grpc_server_handling_seconds_bucket{le="0.005",${unary}}`), 1);
  assert.equal(found.get(`grpc_server_handling_seconds_bucket{le="+Inf",${unary}}`), 2);
  assert.equal(found.get(`grpc_server_handling_seconds_count{${unary}}`), 2);
  assert.equal(found.get(`grpc_server_handling_seconds_sum{${unary}}`), 0.203);
  assert.match(text, /^# TYPE grpc_server_handled_total counter$/m);
  assert.match(text, /^# TYPE grpc_server_handling_seconds histogram$/m);
});

test("asking twice, also at the same time, counts nothing twice", async () => {
  const metrics = createCallMetrics({ side: "server", services: [service] });
  metrics.started(say);
  metrics.ended(say, "OK", 0.001);
  const texts = await Promise.all([metrics.registry.metrics(), metrics.registry.metrics()]);
  for (const text of [...texts, await metrics.registry.metrics()]) {
    assert.equal(samples(text).get(`grpc_server_started_total{${labels("unary", "Say")}}`), 1);
    assert.equal(samples(text).get(`grpc_server_handled_total{${labels("unary", "Say")},grpc_code="OK"}`), 1);
  }
});

test("every method of the services shows as 0 before its first call, with its type", async () => {
  const found = samples(await createCallMetrics({ side: "client", services: [service] }).registry.metrics());
  for (const [type, method] of [
    ["unary", "Say"],
    ["server_stream", "Listen"],
    ["client_stream", "Tell"],
    ["bidi_stream", "Talk"],
  ] as const) {
    assert.equal(found.get(`grpc_client_started_total{${labels(type, method)}}`), 0);
  }
});

test("without the services the type is empty", async () => {
  const metrics = createCallMetrics({ side: "client" });
  metrics.started(say);
  assert.equal(samples(await metrics.registry.metrics()).get(`grpc_client_started_total{${labels("", "Say")}}`), 1);
});

test("both sides can share a registry, which has the process figures once", async () => {
  const { registry } = createCallMetrics({ side: "server" });
  createCallMetrics({ side: "client", registry });
  const text = await registry.metrics();
  assert.match(text, /grpc_server_started_total/);
  assert.match(text, /grpc_client_started_total/);
  for (const figure of [
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "nodejs_eventloop_lag_p99_seconds",
  ]) {
    assert.equal(text.match(new RegExp(`^${figure} `, "gm"))?.length, 1, figure);
  }
});

test("programs in one process do not share figures, and the global registry stays empty", () => {
  assert.notEqual(createRegistry(), createRegistry());
  createCallMetrics({ side: "server" });
  createCallMetrics({ side: "server" });
  assert.equal(register.getMetricsAsArray().length, 0);
});
