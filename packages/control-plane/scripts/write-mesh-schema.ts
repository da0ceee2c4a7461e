import { writeFile } from "node:fs/promises";
import { publishedSchema } from "../src/topology/published-schema.ts";

// node packages/control-plane/scripts/write-mesh-schema.ts
const file = new URL("../schema/mesh.schema.json", import.meta.url);
await writeFile(file, `${JSON.stringify(publishedSchema(), null, 2)}\n`);
