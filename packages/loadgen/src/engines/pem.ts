import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { ProgramError } from "@hey/runtime";

const certificateBlock =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

/** The certificates of a PEM file, at least one. @throws ProgramError of exit code 2 that names the flag. */
export function certificatesOf(flag: string, path: string, pem: Buffer): readonly X509Certificate[] {
  const blocks = pem.toString("latin1").match(certificateBlock) ?? [];
  if (blocks.length === 0) throw unfit(flag, `expected a certificate ("-----BEGIN CERTIFICATE") in ${path}, got none`);
  return blocks.map((block) => {
    try {
      return new X509Certificate(block);
    } catch (error) {
      throw unfit(flag, `expected a certificate in ${path}, got a damaged one: ${(error as Error).message}`);
    }
  });
}

/** The key of a PEM file. @throws ProgramError of exit code 2 that names the flag. */
export function keyOf(flag: string, path: string, pem: Buffer): KeyObject {
  if (pem.includes("ENCRYPTED")) {
    throw unfit(flag, `${path} is encrypted, and no flag gives a passphrase: decrypt it, as by "openssl pkey"`);
  }
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const { message } = error as Error;
    throw unfit(flag, `expected a private key in ${path}, got something else or a damaged one: ${message}`);
  }
}

export function unfit(flag: string, problem: string): ProgramError {
  return new ProgramError(`${flag}: ${problem}`, { exitCode: 2 });
}
