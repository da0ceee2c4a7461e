/** ORCA: load reports of a server to its callers. */
export { OrcaLoadReport } from "./gen/xds/data/orca/v3/orca_load_report.ts";
export { OpenRcaServiceService as OpenRcaService, OrcaLoadReportRequest } from "./gen/xds/service/orca/v3/orca.ts";
