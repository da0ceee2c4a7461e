import type { ChannelOptions } from "@grpc/grpc-js";

/**
 * Channel options that give a channel a connection of its own. Without them grpc-js lets all channels of a process with
 * the same target and options share one connection, so a pool of clients is one client.
 */
export const ownConnection: ChannelOptions = { "grpc.use_local_subchannel_pool": 1 };
