import type { Place } from "./place.ts";

/** Which connections were full, in words: what had to wait for room has its wait in its response time. */
export function fullNotes(places: readonly Pick<Place, "address" | "fullAt">[]): readonly string[] {
  const full = places.filter(({ fullAt }) => fullAt > 0);
  return [...new Set(full.map(({ address }) => address))].map((address) => {
    const of = places.filter((place) => place.address === address);
    const numbers = of.flatMap(({ fullAt }, index) => (fullAt > 0 ? [`${index + 1}`] : []));
    const which = of.length === 1 ? "the connection" : `connection ${numbers.join(", ")} of ${of.length}`;
    const limits = [...new Set(of.flatMap(({ fullAt }) => (fullAt > 0 ? [fullAt] : [])))].join(" or ");
    return `${which} to ${address} was full: the server takes ${limits} calls at a time on a connection; the wait for room is in the response times`;
  });
}
