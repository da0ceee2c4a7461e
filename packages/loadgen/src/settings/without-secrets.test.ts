import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutSecrets } from "./without-secrets.ts";

for (const [argv, shown] of [
  [
    ["-m", "authorization=Bearer x"],
    ["-m", "authorization=…"],
  ],
  [
    ["-m", "authorization: Bearer x"],
    ["-m", "authorization:…"],
  ],
  [["--metadata=a=b"], ["--metadata=a=…"]],
  [["-ma=b"], ["-ma=…"]],
  [
    ["--metadata", '{"a":"b"}'],
    ["--metadata", "…"],
  ],
  [['--metadata={"a":"b"}'], ["--metadata=…"]],
  [
    ["-qm", "authorization=Bearer s3cret", "-z", "1s"],
    ["-qm", "authorization=…", "-z", "1s"],
  ],
  [["-qma=b"], ["-qma=…"]],
  [
    ["-qqm", "-m=b", "a:1"],
    ["-qqm", "-m=…", "a:1"],
  ],
  [
    ["-d", "-m", "a=b", "-z", "1s", "a:1"],
    ["-d", "-m", "a=b", "-z", "1s", "a:1"],
  ],
  [
    ["--", "-m", "a=b"],
    ["--", "-m", "a=b"],
  ],
] as const) {
  test(`a report does not hold the values of metadata: ${argv.join(" ")}`, () => {
    assert.deepEqual(withoutSecrets(argv), shown);
  });
}
