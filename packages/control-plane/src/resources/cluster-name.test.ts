import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterName, readClusterName } from "./cluster-name.ts";

for (const [labels, name] of [
  [{}, "a"],
  [{ version: "v1" }, "a/version=v1"],
  [{ zone: "b", version: "v1" }, "a/version=v1/zone=b"],
  [{ "app.kubernetes.io/name": "x=y", "100%": "é" }, "a/100%25=é/app.kubernetes.io%2Fname=x%3Dy"],
  [{ a: "b/c=d" }, "a/a=b%2Fc%3Dd"],
  [{ "": "" }, "a/="],
] as const) {
  test(`the cluster of ${JSON.stringify(labels)} is ${name}, and says so`, () => {
    assert.equal(clusterName("a", labels), name);
    assert.deepEqual(readClusterName(name), { service: "a", labels });
  });
}

for (const name of ["a/", "a/x", "a/x=1=2", "a/b=1/a=1", "a/x=1/x=1", "a/x=%", "a/x=%41", "a/x%2"]) {
  test(`${name} is no cluster's name`, () => {
    assert.equal(readClusterName(name), undefined);
  });
}
