import { Any, ApiVersion, type ConfigSource, Denominator, Duration, type FractionalPercent } from "@hey/proto/xds";

/** "It comes by the stream that this came by". */
export const fromAds: ConfigSource = {
  configSourceSpecifier: { $case: "ads", value: {} },
  resourceApiVersion: ApiVersion.V3,
};

/** A message of the type within a field that takes any. */
export function pack(type: string, encoded: Uint8Array): Any {
  return Any.fromPartial({ typeUrl: `type.googleapis.com/${type}`, value: Buffer.from(encoded) });
}

export function toDuration(ms: number): Duration {
  const nanos = BigInt(Math.round(ms * 1e6));
  return Duration.fromPartial({ seconds: nanos / 1_000_000_000n, nanos: Number(nanos % 1_000_000_000n) });
}

/** A percentage to four places, which is the finest that can be said. */
export function toFraction(percent: number): FractionalPercent {
  return { numerator: Math.round(percent * 10_000), denominator: Denominator.MILLION };
}
