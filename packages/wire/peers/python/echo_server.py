"""The echo service of the transport's tests on grpcio; prints its port, and ends when its stdin does."""

import sys
from concurrent import futures

import grpc


def trailers_of(context):
    kept = ("x-text", "x-data-bin")
    return [(key, value) for key, value in context.invocation_metadata() if key in kept]


def unary(request, context):
    metadata = dict(context.invocation_metadata())
    context.send_initial_metadata([("x-initial", "first")])
    context.set_trailing_metadata(trailers_of(context))
    if "x-hang" in metadata:
        done = futures.Future()
        context.add_callback(lambda: done.set_result(None))
        done.result()
    if "x-fail" in metadata:
        code = next(code for code in grpc.StatusCode if code.value[0] == int(metadata["x-fail"]))
        context.abort(code, "on request: 100 % ä")
    return request


def server_stream(request, context):
    for _ in range(int.from_bytes(request[:4], "big")):
        yield request


def client_stream(requests, context):
    sizes = [len(request) for request in requests]
    return f"{len(sizes)} messages, {sum(sizes)} bytes".encode()


def bidi(requests, context):
    yield from requests


handlers = {
    "Unary": grpc.unary_unary_rpc_method_handler(unary),
    "ServerStream": grpc.unary_stream_rpc_method_handler(server_stream),
    "ClientStream": grpc.stream_unary_rpc_method_handler(client_stream),
    "Bidi": grpc.stream_stream_rpc_method_handler(bidi),
}
server = grpc.server(
    futures.ThreadPoolExecutor(max_workers=16),
    compression=grpc.Compression.Gzip,
    options=[("grpc.max_receive_message_length", -1)],
)
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("echo.Echo", handlers),))
port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(port, flush=True)
sys.stdin.read()
server.stop(None)
