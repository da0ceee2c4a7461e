import assert from "node:assert/strict";
import { test } from "node:test";
import { HealthStatus } from "@hey/proto/xds";
import { withStatPrefix } from "../testing/odd-resources.ts";
import { everywhere, plainCluster } from "../testing/test-service.ts";
import { buildCluster } from "./cluster.ts";
import { buildAssignment } from "./endpoint.ts";
import { buildListener } from "./listener.ts";
import { buildRoutes } from "./route.ts";

const listener = buildListener("a");

function hostOf(routes: ReturnType<typeof buildRoutes>) {
  return routes.virtualHosts[0] ?? assert.fail("no virtual host");
}

test("attempts count the first one, retries do not", () => {
  const retries = { codes: ["unavailable", "internal"], attempts: 4, backoffMs: 50 } as const;
  const policy = hostOf(buildRoutes({ service: "a", routes: everywhere(retries), ...plainCluster, listener })).routes[0]
    ?.action?.value.retryPolicy;
  assert.equal(policy?.retryOn, "unavailable,internal");
  assert.equal(policy?.numRetries, 3);
  assert.deepEqual(policy?.retryBackOff?.baseInterval, { seconds: 0n, nanos: 50_000_000 });
  assert.deepEqual(policy?.retryBackOff?.maxInterval, { seconds: 0n, nanos: 500_000_000 });
});

test("no interval of a retry reaches a second, which clients read differently", () => {
  const retries = { codes: ["unavailable"], attempts: 4, backoffMs: 800 } as const;
  const policy = hostOf(buildRoutes({ service: "a", routes: everywhere(retries), ...plainCluster, listener })).routes[0]
    ?.action?.value.retryPolicy;
  assert.deepEqual(policy?.retryBackOff?.maxInterval, { seconds: 0n, nanos: 999_000_000 });
});

test("a change of the listener alone changes the name of the virtual host", () => {
  const before = hostOf(buildRoutes({ service: "a", routes: everywhere(), ...plainCluster, listener }));
  const changed = withStatPrefix(listener, "another");
  const after = hostOf(buildRoutes({ service: "a", routes: everywhere(), ...plainCluster, listener: changed }));
  assert.notEqual(after.name, before.name);
  assert.deepEqual({ ...after, name: "" }, { ...before, name: "" });
});

test("outlier detection is always there and off, and there is no limit on calls in flight", () => {
  const { outlierDetection, circuitBreakers } = buildCluster("a", plainCluster);
  assert.equal(outlierDetection?.enforcingSuccessRate, 0);
  assert.equal(outlierDetection?.enforcingFailurePercentage, 0);
  assert.equal(circuitBreakers?.thresholds[0]?.maxRequests, 2 ** 32 - 1);
});

test("endpoints are healthy, in one locality, and in order", () => {
  const { endpoints } = buildAssignment(
    "a",
    [
      { host: "10.0.0.2", port: 1 },
      { host: "10.0.0.1", port: 1 },
    ],
    plainCluster,
  );
  const [locality] = endpoints;
  assert.equal(endpoints.length, 1);
  assert.equal(locality?.loadBalancingWeight, 200);
  assert.deepEqual(
    locality?.lbEndpoints.map(({ healthStatus }) => healthStatus),
    [HealthStatus.HEALTHY, HealthStatus.HEALTHY],
  );
  assert.deepEqual(
    locality?.lbEndpoints.map(({ hostIdentifier }) => hostIdentifier?.value.address?.address?.value.address),
    ["10.0.0.1", "10.0.0.2"],
  );
});
