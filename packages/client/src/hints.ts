/** Where the client was started, which decides what there is to try. */
export const hintKinds = ["compose", "npm", "none"] as const;
export type HintKind = (typeof hintKinds)[number];

const compose = `Three things to try, in another terminal:
  docker compose up -d --no-recreate --scale server=5
      two more replicas here within a second, and no failed call
  docker kill $(docker compose ps -q server | head -n 1)
      one row stands still; the conversations it had go on elsewhere, nothing lost, nothing twice
  docker compose run --rm --no-deps loadgen --call heyhow.v1.HeyHowService/Say --rps 200 -z 10s xds:///heyhow
      a report of 2,000 calls at planned times: percentiles, and each replica's share
`;

const npm = `Three things to try, in another terminal:
  kill -9 PID, with the PID of server-1 from the list above
      its row stands still; the conversations it had go on elsewhere, nothing lost, nothing twice
  npx hey-loadgen --call heyhow.v1.HeyHowService/Say --rps 200 -z 10s localhost:9999
      a report of 2,000 calls to the front at planned times: percentiles and errors
  grpcurl -plaintext -d '{"hops": 1}' localhost:9999 heyhow.v1.HeyHowService/Say
      the front's answer, with the path that the call took: the front, then one of the servers in turn
`;

/** The next three things to try and what each shows; empty for `none`. */
export function hints(kind: HintKind): string {
  switch (kind) {
    case "compose":
      return compose;
    case "npm":
      return npm;
    case "none":
      return "";
  }
}
