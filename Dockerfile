# One file, one target for each program: server, client, control-plane, loadgen.
#
# Nothing is compiled: Node runs the TypeScript sources. The packages stay side by side as in the repository, because
# Node strips types only outside node_modules, and there npm's links lead.
ARG NODE_IMAGE=node:24-trixie-slim

# --- What npm reads. A change of sources leaves it, and every installation below, as it is. ---------------------------
FROM ${NODE_IMAGE} AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY bench/package.json bench/
COPY e2e/package.json e2e/
COPY packages/client/package.json packages/client/
COPY packages/control-plane/package.json packages/control-plane/
COPY packages/demo/package.json packages/demo/
COPY packages/lessons/package.json packages/lessons/
COPY packages/loadgen/package.json packages/loadgen/
COPY packages/proto/package.json packages/proto/
COPY packages/rpc/package.json packages/rpc/
COPY packages/runtime/package.json packages/runtime/
COPY packages/server/package.json packages/server/
COPY packages/wire/package.json packages/wire/

# --- The code made from the .proto files, with tools that no image keeps. ---------------------------------------------
FROM manifests AS generated
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --workspace @hey/proto
COPY packages/proto/buf.yaml packages/proto/buf.gen.yaml packages/proto/
COPY packages/proto/proto packages/proto/proto
RUN npm run generate --workspace @hey/proto

# --- One program's dependencies each. Neither development tools, which npm would leave in where another package needs
# them to run, nor optional packages, which bring a Node of their own. ---------------------------------------------------
FROM manifests AS production
RUN npm pkg delete devDependencies --workspaces --include-workspace-root

FROM production AS server-dependencies
RUN --mount=type=cache,target=/root/.npm npm ci --omit=optional --ignore-scripts --workspace @hey/server

FROM production AS client-dependencies
RUN --mount=type=cache,target=/root/.npm npm ci --omit=optional --ignore-scripts --workspace @hey/client

# Half of the Kubernetes client is declarations and source maps.
FROM production AS control-plane-dependencies
RUN --mount=type=cache,target=/root/.npm npm ci --omit=optional --ignore-scripts --workspace @hey/control-plane \
  && find node_modules/@kubernetes '(' -name '*.d.ts' -o -name '*.map' ')' -delete

FROM production AS loadgen-dependencies
RUN --mount=type=cache,target=/root/.npm npm ci --omit=optional --ignore-scripts \
  --workspace loadgen --workspace @hey/client --workspace @hey/wire

# --- The sources that every program has. -------------------------------------------------------------------------------
FROM scratch AS shared-sources
COPY packages/proto/src /packages/proto/src
COPY --from=generated /app/packages/proto/src/gen /packages/proto/src/gen
COPY packages/rpc/src /packages/rpc/src
COPY packages/runtime/src /packages/runtime/src

# --- The images. -------------------------------------------------------------------------------------------------------
FROM ${NODE_IMAGE} AS program
WORKDIR /app
# What Node compiles is kept in the image, by a first run of each program: a start, and each health check, then costs
# half the CPU. Made by the user that it is for, as Node wants it; nothing is written there later.
ENV NODE_ENV=production NODE_COMPILE_CACHE=/app/.compile-cache
RUN install --directory --owner=node --group=node /app/.compile-cache

FROM program AS server
COPY --from=server-dependencies /app ./
COPY --from=shared-sources / ./
COPY packages/client/src packages/client/src
COPY packages/server/src packages/server/src
USER node
RUN node packages/server/src/main.ts --help && (node packages/rpc/src/main.ts 127.0.0.1:1 || true)
EXPOSE 9999
HEALTHCHECK --interval=10s --timeout=10s --start-period=30s --start-interval=1s \
  CMD ["node", "packages/rpc/src/main.ts", "127.0.0.1:9999"]
ENTRYPOINT ["node", "/app/packages/server/src/main.ts"]

FROM program AS control-plane
COPY --from=control-plane-dependencies /app ./
COPY --from=shared-sources / ./
COPY packages/control-plane/src packages/control-plane/src
# docker compose exec control-plane hey-mesh status
RUN ln -s /app/packages/control-plane/src/hey-mesh.ts /usr/local/bin/hey-mesh
USER node
RUN node packages/control-plane/src/main.ts --help && (node packages/rpc/src/main.ts 127.0.0.1:1 || true)
EXPOSE 18000
HEALTHCHECK --interval=10s --timeout=10s --start-period=30s --start-interval=1s \
  CMD ["node", "packages/rpc/src/main.ts", "127.0.0.1:18000"]
ENTRYPOINT ["node", "/app/packages/control-plane/src/main.ts"]

FROM program AS client
COPY --from=client-dependencies /app ./
COPY --from=shared-sources / ./
COPY packages/client/src packages/client/src
USER node
RUN node packages/client/src/main.ts --help
# A client answers no gRPC calls of its own: its admin port says whether its conversations run.
HEALTHCHECK --interval=10s --timeout=10s --start-period=30s --start-interval=1s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9990/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/packages/client/src/main.ts"]

FROM program AS loadgen
COPY --from=loadgen-dependencies /app ./
COPY --from=shared-sources / ./
COPY packages/client/src packages/client/src
COPY packages/wire/src packages/wire/src
COPY packages/loadgen/schema packages/loadgen/schema
COPY packages/loadgen/src packages/loadgen/src
USER node
RUN node packages/loadgen/src/main.ts --help
WORKDIR /reports
# As in bin/heap-flags.js.
ENTRYPOINT ["node", "--min-semi-space-size=4", "--max-semi-space-size=4", "--no-allocation-site-pretenuring", "/app/packages/loadgen/src/main.ts"]
