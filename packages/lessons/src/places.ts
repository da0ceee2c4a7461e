import { fileURLToPath } from "node:url";

/** The root of the repository, with a slash at its end. */
export const checkout = fileURLToPath(new URL("../../..", import.meta.url));

/** hey-mesh's program. */
export const heyMesh = fileURLToPath(new URL("../../control-plane/src/hey-mesh.ts", import.meta.url));
