/** Who answered: the addresses seen in a run, by number. 0 stands for "no server was reached". */
export interface Endpoints {
  /** The number of an address, a new one for a new address. */
  numberOf(address: string): number;
  /** What an answer calls the one who gave it, told once for each endpoint. */
  name(endpoint: number, name: string): void;
  /** Whether a name is wanted still. */
  isNameless(endpoint: number): boolean;
  list(): readonly Endpoint[];
}

export interface Endpoint {
  /** host:port or a socket's path; empty for "no server was reached". */
  readonly address: string;
  /** The replica's own name for itself, if its answers carry one. */
  readonly name: string;
}

/** More addresses than anybody can read in a table; those beyond it are one. */
const mostEndpoints = 1_000;

/** An empty list. */
export function createEndpoints(): Endpoints {
  const addresses = [""];
  const names: (string | undefined)[] = [""];
  const numbers = new Map([["", 0]]);
  return {
    numberOf(address) {
      let number = numbers.get(address);
      if (number !== undefined) return number;
      if (addresses.length > mostEndpoints) return addresses.length - 1;
      number = addresses.push(addresses.length === mostEndpoints ? "further addresses" : address) - 1;
      names.push(undefined);
      numbers.set(address, number);
      return number;
    },
    name(endpoint, name) {
      names[endpoint] ??= name;
    },
    isNameless: (endpoint) => names[endpoint] === undefined,
    list: () => addresses.map((address, number) => ({ address, name: names[number] ?? "" })),
  };
}
