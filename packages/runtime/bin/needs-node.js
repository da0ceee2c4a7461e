// The first thing that npm's scripts load: an older Node ends at the first .ts with an error about its extension, where
// npm ci has brought no newer one. JavaScript that any Node understands.
const oldest = 24;
if (Number.parseInt(process.versions.node, 10) < oldest) {
  console.error(
    `expected Node.js ${oldest} or newer, got ${process.versions.node}: npm ci brings ${oldest} to Linux (x64 and arm64, glibc), ` +
      "Windows (x64) and macOS (arm64); elsewhere, and after npm ci --omit=optional, it has to be installed first",
  );
  process.exit(1);
}
