import type { Place } from "./place.ts";

/**
 * Gives the places without a connection whose address is no more among those of the name to the addresses that have the fewest.
 * What was full stays known of the address: returns those that were left so.
 */
export function movePlaces(
  places: readonly Place[],
  found: readonly string[],
): readonly Pick<Place, "address" | "fullAt">[] {
  const left: Pick<Place, "address" | "fullAt">[] = [];
  for (const place of places) {
    if (place.line !== undefined || found.length === 0 || found.includes(place.address)) continue;
    if (place.fullAt > 0) left.push({ address: place.address, fullAt: place.fullAt });
    place.address = fewest(places, found);
    place.fullAt = 0;
  }
  return left;
}

function fewest(places: readonly Place[], found: readonly string[]): string {
  const counts = found.map((address) => places.filter((place) => place.address === address).length);
  return found[counts.indexOf(Math.min(...counts))] as string;
}
