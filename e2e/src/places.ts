import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const checkout = fileURLToPath(new URL("../..", import.meta.url));

/** What the containers said, kept when a test fails. */
export const artifacts = fileURLToPath(new URL("../artifacts", import.meta.url));
