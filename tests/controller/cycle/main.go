// Command cycle times the controller's own pool: one node is filled with pods, drained, and settles again.
//
//	cycle MODE PODS CAPACITY ROUNDS
//
// prints a line with the groups that were created, given back and kept, and one with the nanoseconds of every round.
// benches/peers/controller-pool runs it in turns with the same in Rust.
package main

import (
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/go-logr/logr"

	"github.com/aws/amazon-vpc-resource-controller-k8s/pkg/config"
	"github.com/aws/amazon-vpc-resource-controller-k8s/pkg/pool"
	"github.com/aws/amazon-vpc-resource-controller-k8s/pkg/worker"
)

// node is what is around the pool. All texts are made before the clock runs: only the controller's code is timed.
type node struct {
	prefixes bool
	capacity int
	pods     []string
	leaving  []string
	groups   []string
}

// outcome says how much a round did, so that two programs can tell that they did the same.
type outcome struct{ created, deleted, kept int }

func main() {
	prefixes := os.Args[1] == "prefix-delegation"
	pods, capacity, rounds := number(os.Args[2]), number(os.Args[3]), number(os.Args[4])
	// Nothing is asked to cool down before its time has come, and then all of it has.
	config.CoolDownPeriod = 0
	n := node{prefixes: prefixes, capacity: capacity}
	// The controller's owners are the UIDs of pods.
	uid := func(number int) string {
		return fmt.Sprintf("%08x-7a1c-4d2e-9b3f-5c6d7e8f9a0b", number*0x9E3779B1&0xFFFFFFFF)
	}
	for at := range pods {
		n.pods = append(n.pods, uid(at))
		// 619 shares no factor with the numbers of pods that are measured: every pod once, in no simple order.
		n.leaving = append(n.leaving, uid(at*619%pods))
	}
	for at := range capacity {
		if prefixes {
			n.groups = append(n.groups, fmt.Sprintf("10.0.%d.%d/28", (at+1)>>4, (at+1)&15*16))
		} else {
			n.groups = append(n.groups, fmt.Sprintf("10.0.%d.%d/32", (at+4)>>8, (at+4)&255))
		}
	}
	times := make([]int64, 0, rounds)
	var first outcome
	for at := range rounds {
		start := time.Now()
		done := n.cycle()
		times = append(times, time.Since(start).Nanoseconds())
		if at == 0 {
			first = done
		} else if done != first {
			panic(fmt.Sprint("a round that did something else: ", done))
		}
	}
	fmt.Println(first.created, first.deleted, first.kept)
	for _, nanoseconds := range times {
		fmt.Print(nanoseconds, " ")
	}
	fmt.Println()
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return value
}

// cycle makes the node's pool, starts all pods, ends them, lets the cool-down pass, and reconciles after every step as
// the controller's providers do.
func (n *node) cycle() outcome {
	targets := &config.WarmPoolConfig{DesiredSize: 1, WarmIPTarget: 1, MinIPTarget: 3}
	p := pool.NewResourcePool(
		logr.Discard(), targets, map[string]pool.Resource{}, map[string][]pool.Resource{}, "node", n.capacity, n.prefixes)
	var done outcome
	n.reconcile(p, &done)
	for _, owner := range n.pods {
		_, reconcile, err := p.AssignResource(owner)
		if err != nil {
			panic(err)
		}
		if reconcile {
			n.reconcile(p, &done)
		}
	}
	for _, owner := range n.leaving {
		address, _ := p.GetAssignedResource(owner)
		reconcile, err := p.FreeResource(owner, address)
		if err != nil {
			panic(err)
		}
		if reconcile {
			n.reconcile(p, &done)
		}
	}
	if p.ProcessCoolDownQueue() {
		panic("addresses that still cool down")
	}
	n.reconcile(p, &done)
	done.kept = done.created - done.deleted
	return done
}

// reconcile orders until there is nothing to order; every job is answered at once, with success.
func (n *node) reconcile(p pool.Pool, done *outcome) {
	for {
		job := p.ReconcilePool()
		switch job.Operations {
		case worker.OperationReconcileNotRequired:
			return
		case worker.OperationCreate:
			job.Resources = n.groups[done.created : done.created+job.ResourceCount]
			done.created += job.ResourceCount
		case worker.OperationDeleted:
			job.Resources = nil
			done.deleted += job.ResourceCount
		default:
			panic(fmt.Sprint("an order that nothing here leads to: ", job))
		}
		if p.UpdatePool(job, true, true) {
			panic("a job that failed")
		}
	}
}
