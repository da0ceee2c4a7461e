import type { AnswerBlock } from "./grpc/answer-block.ts";
import { type Metadata, metadataOf } from "./grpc/metadata.ts";

/** What is known of an answer while a sink is called; one object per connection, filled anew for each call. */
export interface Answer {
  /** The status message, or what went wrong; "" for OK. */
  readonly details: string;
  /** The server has not seen the call: it can be made again elsewhere, whatever it does. */
  readonly retrySafe: boolean;
  /** The HTTP status of the answer, 0 when none came. */
  readonly httpStatus: number;
  /** The initial metadata. */
  headers(): Metadata;
  /** The trailing metadata. */
  trailers(): Metadata;
}

/** The one `Answer` of a connection, and how it is filled. */
export class AnswerView implements Answer {
  details = "";
  retrySafe = false;
  head: AnswerBlock | undefined;
  trailer: AnswerBlock | undefined;

  get httpStatus(): number {
    return (this.head ?? this.trailer)?.httpStatus ?? 0;
  }

  headers(): Metadata {
    return this.head === undefined ? [] : metadataOf(this.head.fields);
  }

  trailers(): Metadata {
    return this.trailer === undefined ? [] : metadataOf(this.trailer.fields);
  }
}
