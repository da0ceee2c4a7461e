/** The version in every report. */
export const version = "0.1.0";
