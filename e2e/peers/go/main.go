// Calls Say over an xDS target with grpc-go, one call after another, until stdin ends. Prints a line of JSON a call.
//
//	xds-caller DESCRIPTORS TARGET
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	_ "google.golang.org/grpc/xds"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

const (
	method   = "/heyhow.v1.HeyHowService/Say"
	deadline = 10 * time.Second
	pause    = 5 * time.Millisecond
)

// Line is what became of one call.
type Line struct {
	Code    string `json:"code"`
	Replica string `json:"replica"`
	Version string `json:"version"`
	Words   string `json:"words"`
}

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(descriptors, target string) error {
	request, response, err := readMessages(descriptors)
	if err != nil {
		return err
	}
	channel, err := grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer channel.Close()

	stopped := make(chan struct{})
	go func() {
		io.Copy(io.Discard, os.Stdin)
		close(stopped)
	}()
	output := json.NewEncoder(os.Stdout)
	answered := false
	for {
		select {
		case <-stopped:
			return nil
		case <-time.After(pause):
			// Once there was an answer, no call waits for a server: a gap would fail it.
			line := call(channel, dynamicpb.NewMessage(request), dynamicpb.NewMessage(response), !answered)
			answered = answered || line.Code == "OK"
			if err := output.Encode(line); err != nil {
				return err
			}
		}
	}
}

func call(channel *grpc.ClientConn, request, response *dynamicpb.Message, wait bool) Line {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	if err := channel.Invoke(ctx, method, request, response, grpc.WaitForReady(wait)); err != nil {
		return Line{Code: status.Code(err).String(), Words: err.Error()}
	}
	replica := response.Get(field(response, "replica")).Message()
	return Line{
		Code:    "OK",
		Replica: replica.Get(field(replica, "name")).String(),
		Version: replica.Get(field(replica, "version")).String(),
	}
}

func field(message protoreflect.Message, name protoreflect.Name) protoreflect.FieldDescriptor {
	return message.Descriptor().Fields().ByName(name)
}

// readMessages finds Say's request and response in a serialized FileDescriptorSet.
func readMessages(path string) (request, response protoreflect.MessageDescriptor, err error) {
	bytes, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	var set descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(bytes, &set); err != nil {
		return nil, nil, fmt.Errorf("%s: expected a FileDescriptorSet: %w", path, err)
	}
	files, err := protodesc.NewFiles(&set)
	if err != nil {
		return nil, nil, err
	}
	found, err := files.FindDescriptorByName("heyhow.v1.HeyHowService.Say")
	if err != nil {
		return nil, nil, err
	}
	say := found.(protoreflect.MethodDescriptor)
	return say.Input(), say.Output(), nil
}
