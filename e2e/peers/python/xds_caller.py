"""Calls Say over an xDS target with grpcio, one call after another, until stdin ends. Prints a line of JSON a call.

    xds_caller.py DESCRIPTORS TARGET
"""

import json
import sys
import threading

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

METHOD = "/heyhow.v1.HeyHowService/Say"
DEADLINE_S = 10
PAUSE_S = 0.005


def read_messages(path):
    """Say's request and response, found in a serialized FileDescriptorSet."""
    with open(path, "rb") as file:
        descriptors = descriptor_pb2.FileDescriptorSet.FromString(file.read())
    pool = descriptor_pool.DescriptorPool()
    for file in descriptors.file:
        pool.Add(file)
    say = pool.FindMethodByName("heyhow.v1.HeyHowService.Say")
    return [message_factory.GetMessageClass(each) for each in (say.input_type, say.output_type)]


def call(say, request, wait):
    try:
        replica = say(request, timeout=DEADLINE_S, wait_for_ready=wait).replica
        return {"code": "OK", "replica": replica.name, "version": replica.version, "words": ""}
    except grpc.RpcError as error:
        return {"code": error.code().name, "replica": "", "version": "", "words": error.details()}


def main(descriptors, target):
    request, response = read_messages(descriptors)
    stopped = threading.Event()

    def wait_for_end():
        sys.stdin.read()
        stopped.set()

    threading.Thread(target=wait_for_end, daemon=True).start()
    with grpc.insecure_channel(target) as channel:
        say = channel.unary_unary(
            METHOD, request_serializer=request.SerializeToString, response_deserializer=response.FromString
        )
        answered = False
        while not stopped.wait(PAUSE_S):
            # Once there was an answer, no call waits for a server: a gap would fail it.
            line = call(say, request(), not answered)
            answered = answered or line["code"] == "OK"
            print(json.dumps(line), flush=True)


main(*sys.argv[1:])
