// The grpc-go side of the measurements: `client unary|stream <target> <count> <in flight>` warms up with a fifth of
// the count, then prints {"cpuUs", "wallMs", "calls"} of the rest.
//
// google.rpc.Status{int32 code = 1; string message = 2} stands for the tutorial's HeyHow and LetsGo, whose first two
// fields are the same on the wire: so no code has to be generated here.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

func main() {
	kind, target := os.Args[1], os.Args[2]
	count, inFlight := number(os.Args[3]), number(os.Args[4])
	connection, err := grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	run := func(count int) { unary(connection, count, inFlight) }
	if kind == "stream" {
		run = func(count int) { stream(connection, count) }
	}
	run((count + 4) / 5)
	before, began := cpu(), time.Now()
	run(count)
	fmt.Printf(`{"cpuUs":%d,"wallMs":%.3f,"calls":%d}`+"\n", cpu()-before, time.Since(began).Seconds()*1000, count)
}

func unary(connection *grpc.ClientConn, count, inFlight int) {
	var started atomic.Int64
	var group sync.WaitGroup
	for range inFlight {
		group.Go(func() {
			for {
				number := started.Add(1)
				if number > int64(count) {
					return
				}
				ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
				request, answer := &spb.Status{Code: int32(number), Message: "How are you"}, &spb.Status{}
				err := connection.Invoke(ctx, "/HeyHowService/heyhow", request, answer)
				cancel()
				if err != nil || answer.Code != int32(number)+1 {
					log.Fatal(err, answer)
				}
			}
		})
	}
	group.Wait()
}

func stream(connection *grpc.ClientConn, count int) {
	description := &grpc.StreamDesc{StreamName: "Stream", ServerStreams: true}
	call, err := connection.NewStream(context.Background(), description, "/bench.Bench/Stream")
	if err == nil {
		err = call.SendMsg(&spb.Status{Code: int32(count)})
	}
	if err == nil {
		err = call.CloseSend()
	}
	for number := 0; number < count && err == nil; number++ {
		message := &spb.Status{}
		err = call.RecvMsg(message)
		if err == nil && message.Message != "Let's go" {
			err = fmt.Errorf("message %d is %v", number, message)
		}
	}
	if err != nil {
		log.Fatal(err)
	}
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	if err != nil {
		log.Fatal(err)
	}
	return value
}

// cpu is the user and system time of this process in µs.
func cpu() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return usage.Utime.Nano()/1000 + usage.Stime.Nano()/1000
}
