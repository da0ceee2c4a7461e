// The tutorial's service on grpc-go, as the peer of the measurements: prints its port, and ends when its stdin does.
//
// google.rpc.Status{int32 code = 1; string message = 2} stands for the tutorial's HeyHow and LetsGo, whose first two
// fields are the same on the wire: so no code has to be generated here.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"os"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
)

func heyhow(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
	request := &spb.Status{}
	if err := decode(request); err != nil {
		return nil, err
	}
	return &spb.Status{Code: request.Code + 1, Message: "Let's go"}, nil
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer()
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "HeyHowService",
		HandlerType: (*any)(nil),
		Methods:     []grpc.MethodDesc{{MethodName: "heyhow", Handler: heyhow}},
	}, struct{}{})
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	go func() {
		io.Copy(io.Discard, os.Stdin)
		server.Stop()
	}()
	log.Fatal(server.Serve(listener))
}
