import { z } from "zod";

/** A target is also the :authority of its calls, where odd characters break clients. */
export const serviceName = z
  .string()
  .regex(/^[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?$/, {
    error: "expected letters, digits, dots and dashes: it is xds:///NAME",
  })
  .max(253);
