package main

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/aws/amazon-vpc-resource-controller-k8s/pkg/config"
)

// script is what to do, with numbers in place of whatever depends on how the controller's maps are ordered; it stays
// meaningful when operations are taken out of it.
type script struct {
	Seed     uint64      `json:"seed"`
	Index    uint64      `json:"index"`
	Mode     string      `json:"mode"`
	Capacity int         `json:"capacity"`
	Config   targets     `json:"config"`
	Slots    int         `json:"slots"`   // groups that the subnet has in all
	Restart  [2]uint64   `json:"restart"` // groups held and pods running when the controller starts
	Ops      [][3]uint64 `json:"ops"`
}

// targets are desired size, warm IP, minimum IP, warm prefix and the deviation allowed.
type targets [5]int

func (t targets) config() *config.WarmPoolConfig {
	return &config.WarmPoolConfig{
		DesiredSize: t[0], WarmIPTarget: t[1], MinIPTarget: t[2], WarmPrefixTarget: t[3], MaxDeviation: t[4],
	}
}

// The operations; what their two numbers mean is in run.go.
const (
	opAssign = iota
	opFree
	opCoolDown
	opReconcile
	opFinish
	opResync
	opActivate
	opDrain
	opAssigned
	opDrift
)

// How often each operation comes, in the order above.
var weights = []int{28, 14, 12, 8, 26, 1, 3, 1, 2, 3}

func newScript(seed, index uint64, most int) script {
	rng := rand.New(rand.NewPCG(seed, index))
	s := script{Seed: seed, Index: index, Mode: "secondary-ip"}
	prefixes := rng.IntN(2) == 0
	slots := 1 + rng.IntN(63)
	if rng.IntN(3) > 0 {
		slots = 1 + rng.IntN(6)
	}
	switch {
	case prefixes:
		s.Mode = "prefix-delegation"
		s.Capacity = slots * 16
		if rng.IntN(5) == 0 {
			// No node has such a capacity; the code takes it.
			s.Capacity = 1 + rng.IntN(1008)
		}
	case rng.IntN(8) == 0:
		s.Capacity = 1 + rng.IntN(1008)
		slots = s.Capacity
	default:
		slots += rng.IntN(15)
		s.Capacity = slots
	}
	s.Config = newTargets(rng)
	s.Slots = slots + 4
	if rng.IntN(3) == 0 {
		s.Slots = 1 + rng.IntN(slots+1)
	}
	if rng.IntN(4) == 0 {
		s.Restart = [2]uint64{uint64(rng.IntN(min(slots, 8) + 2)), rng.Uint64() >> 11}
	}
	total := 0
	for _, weight := range weights {
		total += weight
	}
	for range 1 + rng.IntN(most) {
		pick, op := rng.IntN(total), 0
		for pick >= weights[op] {
			pick -= weights[op]
			op++
		}
		// 53 bits survive every reader of JSON.
		s.Ops = append(s.Ops, [3]uint64{uint64(op), rng.Uint64() >> 11, rng.Uint64() >> 11})
	}
	return s
}

func newTargets(rng *rand.Rand) targets {
	target := func() int {
		switch rng.IntN(6) {
		case 0, 1:
			return 0
		case 2, 3:
			return rng.IntN(8)
		default:
			return -2 + rng.IntN(63)
		}
	}
	t := targets{1, target(), target(), target(), 0}
	if rng.IntN(12) == 0 {
		t[4] = rng.IntN(20)
	}
	if rng.IntN(40) == 0 {
		far := []int{math.MaxInt, math.MaxInt - 15, math.MinInt, 1 << 59, 1<<59 - 1, 1 << 60}
		t[1+rng.IntN(3)] = far[rng.IntN(len(far))]
	}
	if rng.IntN(20) == 0 {
		t[0] = 0
	}
	return t
}

// groupName is a group of the subnet by number: a /28, or an address.
func groupName(prefixes bool, number int) string {
	if prefixes {
		return fmt.Sprintf("10.%d.%d.%d/28", number>>12, number>>4&255, number&15*16)
	}
	return fmt.Sprintf("10.%d.%d.%d/32", number>>16, number>>8&255, number&255)
}
