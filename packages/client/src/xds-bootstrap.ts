import { readFileSync } from "node:fs";
import type { Environment } from "@hey/runtime";

/**
 * What is wrong with the xDS bootstrap that grpc-js-xds will find in the environment; `undefined` for a good one.
 * grpc-js-xds reads it again for itself at the first call, and what it then says of a wrong one is that it "cannot read
 * properties of null": an error of its own hides the words. So `validate`, which is its own check, is asked beforehand.
 */
export function bootstrapProblem(env: Environment, validate: (content: object) => unknown): string | undefined {
  const path = env["GRPC_XDS_BOOTSTRAP"];
  const config = env["GRPC_XDS_BOOTSTRAP_CONFIG"];
  if (path) {
    const where = `GRPC_XDS_BOOTSTRAP=${path}`;
    try {
      return contentProblem(where, readFileSync(path, "utf8"), validate);
    } catch (error) {
      return `${where}: cannot read the file: ${words(error)}`;
    }
  }
  if (config) return contentProblem("GRPC_XDS_BOOTSTRAP_CONFIG", config, validate);
  return "expected an xDS bootstrap, which says where the control plane is: the path of a file in GRPC_XDS_BOOTSTRAP, or its JSON in GRPC_XDS_BOOTSTRAP_CONFIG; neither is set";
}

function contentProblem(where: string, text: string, validate: (content: object) => unknown): string | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    return `${where}: expected JSON; ${words(error)}`;
  }
  if (!isRecord(content) || !Array.isArray(content["xds_servers"]) || content["xds_servers"].length === 0) {
    return `${where}: expected the control plane in xds_servers[0].server_uri; there is none`;
  }
  if (!isRecord(content["node"])) return `${where}: expected who this client is in node, with id and locality`;
  try {
    validate(content);
    return undefined;
  } catch (error) {
    return `${where}: ${words(error)}`;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
