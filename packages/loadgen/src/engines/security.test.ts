import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { LetsGo, TutorialService } from "@hey/proto/tutorial";
import { report, runLoadgen } from "../testing/run-loadgen.ts";
import { tlsOf } from "./security.ts";

// What the flags of transport are, seen from the server.

const folder = mkdtempSync(join(tmpdir(), "loadgen-tls-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string) => join(folder, name);

/** An authority, and certificates signed by it: of a server for `localhost` and of a caller. */
function makeCertificates(): string | false {
  const openssl = (...args: readonly string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  try {
    for (const name of ["ca", "stranger"]) {
      openssl(
        "req",
        "-x509",
        ...key,
        "-days",
        "2",
        "-subj",
        `/CN=${name}`,
        "-out",
        `${name}.pem`,
        "-keyout",
        `${name}.key`,
      );
    }
    for (const name of ["localhost", "caller"]) {
      writeFileSync(path(`${name}.ext`), "subjectAltName=DNS:localhost");
      openssl("req", ...key, "-subj", `/CN=${name}`, "-out", `${name}.csr`, "-keyout", `${name}.key`);
      openssl(
        "x509",
        "-req",
        "-in",
        `${name}.csr`,
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-days",
        "2",
        "-extfile",
        `${name}.ext`,
        "-out",
        `${name}.pem`,
      );
    }
    return false;
  } catch (error) {
    if (process.env["HEY_E2E"] === "required") throw error;
    return "SKIPPED: openssl is not installed, so that no certificates could be made";
  }
}

const skip = makeCertificates();

/** A server that remembers who called and under which authority; with TLS, and if asked for only for known callers. */
async function startWitness(security: "plain" | "tls" | "mtls") {
  const seen: { readonly authority: string; readonly caller: string | undefined }[] = [];
  const server = new Server();
  server.addService(TutorialService, {
    heyhow(call: Parameters<Parameters<typeof server.register>[1]>[0], answer: (error: null, message: LetsGo) => void) {
      const certificate = call.getAuthContext().sslPeerCertificate;
      const { CN } = (certificate?.subject ?? {}) as { readonly CN?: string };
      seen.push({ authority: call.getHost(), caller: CN });
      answer(null, LetsGo.create({ count: 1 }));
    },
  });
  const credentials =
    security === "plain"
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(
          readFileSync(path("ca.pem")),
          [{ private_key: readFileSync(path("localhost.key")), cert_chain: readFileSync(path("localhost.pem")) }],
          security === "mtls",
        );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) => (error === null ? resolve(bound) : reject(error))),
  );
  return {
    port,
    seen,
    async [Symbol.asyncDispose]() {
      server.forceShutdown();
    },
  };
}

test("whether calls are encrypted is the control plane's to say on xds targets", () => {
  const plain = { tls: undefined, authority: undefined, keepaliveMs: undefined };
  assert.deepEqual(tlsOf(plain, "localhost:9999"), { tls: false });
  assert.deepEqual(tlsOf(plain, "xds:///heyhow"), {});
});

const calls = (engine: string) => ["--call", "HeyHowService/heyhow", "-n", "4", "-c", "2", "--engine", engine];

for (const engine of ["wire", "grpc-js"] as const) {
  describe(`transport flags with ${engine}`, { skip, timeout: 60_000 }, () => {
    test("--cacert: TLS to a server whose certificate is checked", async () => {
      await using witness = await startWitness("tls");
      const given = await report([...calls(engine), "--cacert", path("ca.pem"), `localhost:${witness.port}`]);
      assert.deepEqual([given.codes, given.target.tls], [{ OK: 4 }, true]);
      assert.deepEqual(witness.seen[0], { authority: `localhost:${witness.port}`, caller: undefined });
    });

    test("--cert and --key: the server knows the caller", async () => {
      await using witness = await startWitness("mtls");
      const own = ["--cacert", path("ca.pem"), "--cert", path("caller.pem"), "--key", path("caller.key")];
      assert.deepEqual((await report([...calls(engine), ...own, `localhost:${witness.port}`])).codes, { OK: 4 });
      assert.equal(witness.seen[0]?.caller, "caller");
    });

    test("a certificate of an unknown authority is refused, and taken with --skip-verify", async () => {
      await using witness = await startWitness("tls");
      const target = `localhost:${witness.port}`;
      const refused = await runLoadgen([
        ...calls(engine),
        "--cacert",
        path("stranger.pem"),
        "--connect-timeout",
        "3s",
        target,
      ]);
      assert.equal(refused.code, 3);
      assert.match(refused.stderr, /certificate|issuer|self-signed/i);
      assert.deepEqual(witness.seen, []);
      assert.deepEqual((await report([...calls(engine), "--skip-verify", target])).codes, { OK: 4 });
    });

    test("--server-name: the certificate is for another name than the target's", async () => {
      await using witness = await startWitness("tls");
      const args = [...calls(engine), "--cacert", path("ca.pem"), "--connect-timeout", "3s"];
      assert.equal((await runLoadgen([...args, `127.0.0.1:${witness.port}`])).code, 3);
      assert.deepEqual((await report([...args, "--server-name", "localhost", `127.0.0.1:${witness.port}`])).codes, {
        OK: 4,
      });
    });

    test("--authority is the :authority of every call", async () => {
      await using witness = await startWitness("plain");
      await report([...calls(engine), "--authority", "some.name:1", `127.0.0.1:${witness.port}`]);
      assert.deepEqual(new Set(witness.seen.map(({ authority }) => authority)), new Set(["some.name:1"]));
    });

    test("the :authority of calls to dns: is the name that is looked up, not the address found", async () => {
      await using witness = await startWitness("plain");
      await report([...calls(engine), `dns:///localhost:${witness.port}`]);
      assert.deepEqual(new Set(witness.seen.map(({ authority }) => authority)), new Set([`localhost:${witness.port}`]));
    });

    test("--keepalive pings a silent connection", async () => {
      const server = createServer();
      const pinged = Promise.withResolvers<void>();
      const sessions: ServerHttp2Session[] = [];
      server.on("session", (session) => {
        sessions.push(session);
        session.on("ping", () => pinged.resolve());
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo; // Of a server on a TCP port it is no text.
      const stop = new AbortController();
      const running = runLoadgen([...calls(engine), "--keepalive", "20ms", "--drain", "0s", `127.0.0.1:${port}`], {
        signal: stop.signal,
      });
      await pinged.promise;
      stop.abort();
      await running;
      for (const session of sessions) session.destroy();
      server.close();
    });

    test("TLS spoken to a plain port, and plain text to one with TLS, are told apart from a refusal", async () => {
      await using plain = await startWitness("plain");
      await using tls = await startWitness("tls");
      // A method of our own contract, and one that reflection is asked for.
      for (const call of ["HeyHowService/heyhow", "shop.v1.Shop/Buy"]) {
        const args = ["--engine", engine, "-n", "4", "--call", call, "--connect-timeout", "2s"];
        const toPlain = await runLoadgen([...args, "--tls", `localhost:${plain.port}`]);
        assert.match(toPlain.stderr, /expected TLS from .*: does it speak plain text\?$/);
        assert.equal(toPlain.code, 3);
        const toTls = await runLoadgen([...args, `localhost:${tls.port}`]);
        assert.match(toTls.stderr, /does it speak TLS\?$|the peer speaks TLS/);
        assert.equal(toTls.code, 3);
        assert.doesNotMatch(toPlain.stderr + toTls.stderr, /ECONNREFUSED|Resolution note|openssl/);
      }
    });
  });
}

test("files that are not there, or are no PEM, are told before a connection is made", async () => {
  writeFileSync(path("no.pem"), "nothing of the kind");
  const missing = await runLoadgen(["--cacert", path("nowhere.pem"), "localhost:1"]);
  assert.deepEqual([missing.code, /--cacert: cannot read .*nowhere\.pem: ENOENT/.test(missing.stderr)], [2, true]);
  const wrong = await runLoadgen(["--cacert", path("no.pem"), "localhost:1"]);
  assert.deepEqual([wrong.code, /--cacert: expected PEM/.test(wrong.stderr)], [2, true]);
  const half = await runLoadgen(["--cert", path("no.pem"), "localhost:1"]);
  assert.deepEqual(
    [half.code, /--cert and --key: expected both of them or none; got one/.test(half.stderr)],
    [2, true],
  );
});

test("certificates and keys that are damaged, encrypted or of each other's strangers name their flag", {
  skip,
}, async () => {
  execFileSync("openssl", ["pkey", "-in", "caller.key", "-aes256", "-passout", "pass:a", "-out", "encrypted.key"], {
    cwd: folder,
    stdio: "ignore",
  });
  writeFileSync(path("damaged.pem"), readFileSync(path("ca.pem"), "latin1").replace("\n", "\nAAAA"));
  writeFileSync(path("damaged.key"), readFileSync(path("caller.key"), "latin1").replace("\n", "\nAAAA"));
  const pair = (cert: string, key: string) => ["--cert", path(cert), "--key", path(key)];
  for (const [args, problem] of [
    [["--cacert", path("damaged.pem")], /--cacert: expected a certificate in .*damaged\.pem, got a damaged one/],
    [["--cacert", path("ca.key")], /--cacert: expected a certificate .* in .*ca\.key, got none/],
    [pair("damaged.pem", "caller.key"), /--cert: expected a certificate in .*damaged\.pem, got a damaged one/],
    [pair("caller.pem", "damaged.key"), /--key: expected a private key in .*damaged\.key/],
    [pair("caller.pem", "encrypted.key"), /--key: .*encrypted\.key is encrypted/],
    [pair("caller.pem", "ca.key"), /--key: .*ca\.key is not the key of --cert .*caller\.pem/],
  ] as const) {
    const { code, stderr } = await runLoadgen([...calls("wire"), ...args, "localhost:1"]);
    assert.match(stderr, problem);
    assert.equal(code, 2);
  }
});

for (const authority of ["ü", "a b", "a\r\nx: y", ""]) {
  test(`--authority ${JSON.stringify(authority)} is a wrong setting`, async () => {
    const { code, stderr } = await runLoadgen(["--authority", authority, "a:1"]);
    assert.equal(code, 2);
    assert.ok(
      stderr.includes(`--authority: expected printable ASCII without spaces; got ${JSON.stringify(authority)}`),
      stderr,
    );
  });
}
