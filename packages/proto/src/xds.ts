/** The subset of the xDS v3 API that the control plane speaks. */
export {};
