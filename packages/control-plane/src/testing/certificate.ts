import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A certificate for 127.0.0.1 that is its own CA; undefined when openssl is not there, and a failure where tests are required. For tests. */
export function makeCertificate({ HEY_E2E }: NodeJS.ProcessEnv): Certificate | undefined {
  const folder = mkdtempSync(join(tmpdir(), "kube-tls-"));
  const [cert, key] = [join(folder, "cert"), join(folder, "key")];
  try {
    execFileSync(
      "openssl",
      [
        ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"],
        ...["-subj", "/CN=kubernetes", "-addext", "subjectAltName=IP:127.0.0.1", "-out", cert, "-keyout", key],
      ],
      { stdio: "ignore" },
    );
    return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  } catch (error) {
    if (HEY_E2E === "required") throw error;
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
