package main

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/go-logr/logr"

	"github.com/aws/amazon-vpc-resource-controller-k8s/pkg/pool"
	"github.com/aws/amazon-vpc-resource-controller-k8s/pkg/utils"
	"github.com/aws/amazon-vpc-resource-controller-k8s/pkg/worker"
)

// trace is a script with what the controller answered.
type trace struct {
	Seed     uint64  `json:"seed"`
	Index    uint64  `json:"index"`
	Mode     string  `json:"mode"`
	Capacity int     `json:"capacity"`
	Config   targets `json:"config"`
	Used     []any   `json:"used"`
	Warm     []any   `json:"warm"`
	Steps    [][]any `json:"steps"`
}

// world is what is around a pool: the subnet, the ENI, jobs under way, and a clock.
type world struct {
	prefixes bool
	pool     pool.Pool
	subnet   []string
	eni      []string
	owners   []int
	next     int
	jobs     []*worker.WarmPoolJob
	now      int
	freedAt  []int
	steps    [][]any
}

func run(s script) trace {
	w := &world{prefixes: s.Mode == "prefix-delegation", steps: [][]any{}}
	for number := range s.Slots {
		// The first block of a subnet is never given away.
		w.subnet = append(w.subnet, groupName(w.prefixes, number+1))
	}
	t := trace{Seed: s.Seed, Index: s.Index, Mode: s.Mode, Capacity: s.Capacity, Config: s.Config, Used: []any{}, Warm: []any{}}
	used, warm := w.restart(s.Restart, &t)
	w.pool = pool.NewResourcePool(logr.Discard(), s.Config.config(), used, warm, "node", s.Capacity, w.prefixes)
	for _, op := range s.Ops {
		w.do(op[0], op[1], op[2])
	}
	t.Steps = w.steps
	return t
}

// restart makes what a controller finds on the ENI when it starts, free addresses in any order.
func (w *world) restart(numbers [2]uint64, t *trace) (map[string]pool.Resource, map[string][]pool.Resource) {
	rng := rand.New(rand.NewPCG(numbers[0], numbers[1]))
	used, warm := map[string]pool.Resource{}, map[string][]pool.Resource{}
	for _, group := range w.fromSubnet(int(numbers[0]), numbers[1]) {
		ids := w.ids(group)
		rng.Shuffle(len(ids), func(a, b int) { ids[a], ids[b] = ids[b], ids[a] })
		pods := 0
		if rng.IntN(2) == 0 {
			pods = rng.IntN(len(ids) + 1)
		}
		for _, id := range ids[:pods] {
			used[strconv.Itoa(w.next)] = pool.Resource{GroupID: group, ResourceID: id}
			t.Used = append(t.Used, []any{w.next, id})
			w.owners = append(w.owners, w.next)
			w.next++
		}
		if pods < len(ids) {
			for _, id := range ids[pods:] {
				warm[group] = append(warm[group], pool.Resource{GroupID: group, ResourceID: id})
			}
			t.Warm = append(t.Warm, []any{group, ids[pods:]})
		}
		w.eni = append(w.eni, group)
	}
	return used, warm
}

func (w *world) ids(group string) []string {
	if !w.prefixes {
		return []string{group}
	}
	ids, err := utils.DeconstructIPsFromPrefix(group)
	if err != nil {
		panic(err)
	}
	return ids
}

// fromSubnet takes up to so many groups out of the subnet.
func (w *world) fromSubnet(count int, random uint64) []string {
	rng := rand.New(rand.NewPCG(random, 1))
	var groups []string
	for len(groups) < count && len(w.subnet) > 0 {
		at := 0
		if rng.IntN(3) == 0 {
			at = rng.IntN(len(w.subnet))
		}
		groups = append(groups, w.subnet[at])
		w.subnet = slices.Delete(w.subnet, at, at+1)
	}
	return groups
}

func (w *world) toSubnet(groups []string) {
	for _, group := range groups {
		if at := slices.Index(w.eni, group); at >= 0 {
			w.eni = slices.Delete(w.eni, at, at+1)
			w.subnet = append(w.subnet, group)
		}
	}
}

func (w *world) do(op, a, b uint64) {
	switch op {
	case opAssign:
		for range 1 + a%5*(b%7) {
			if !w.assign(a, b) {
				break
			}
		}
	case opFree:
		for range 1 + a%3*(b%9) {
			if a = (a*31 + 7) % (1 << 53); !w.free(a, b) {
				break
			}
		}
	case opCoolDown:
		w.now += []int{0, 1, 500, 10_000, 29_999, 30_000, 30_001, 60_000}[a%8]
		w.coolDown()
		if b%4 > 0 {
			w.reconcile()
		}
	case opReconcile:
		w.reconcile()
	case opFinish:
		if len(w.jobs) > 0 {
			w.finish(int(a%uint64(len(w.jobs))), b)
		}
	case opResync:
		w.resync(a, b)
	case opActivate:
		t := newTargets(rand.New(rand.NewPCG(a, b)))
		job := w.pool.SetToActive(t.config())
		w.step("activate", t, w.submit(job))
	case opDrain:
		w.step("drain", w.submit(w.pool.SetToDraining()))
	case opAssigned:
		owner := int(a % uint64(w.next+2))
		var answer any
		if id, owns := w.pool.GetAssignedResource(strconv.Itoa(owner)); owns {
			answer = id
		}
		w.step("assigned", owner, answer)
	case opDrift:
		// Somebody takes a group off the ENI or puts one on it, behind the controller's back.
		if a%2 == 0 && len(w.eni) > 0 {
			w.toSubnet([]string{w.eni[b%uint64(len(w.eni))]})
		} else {
			w.eni = append(w.eni, w.fromSubnet(1, b)...)
		}
	}
}

func (w *world) assign(a, b uint64) bool {
	owner := w.next
	if a%23 == 0 && len(w.owners) > 0 {
		owner = w.owners[b%uint64(len(w.owners))]
	}
	id, reconcile, err := w.pool.AssignResource(strconv.Itoa(owner))
	w.step("assign", owner, answer(id, err), reconcile)
	if err == nil {
		w.owners = append(w.owners, owner)
		w.next++
	}
	if reconcile && b%6 > 0 {
		w.reconcile()
	}
	return err == nil
}

func (w *world) free(a, b uint64) bool {
	owner, id := w.next+5, "10.0.0.5/32"
	if len(w.owners) > 0 && b%19 > 0 {
		owner = w.owners[a%uint64(len(w.owners))]
		if b%17 > 0 {
			id, _ = w.pool.GetAssignedResource(strconv.Itoa(owner))
		}
	}
	w.now += int(a % 50)
	reconcile, err := w.pool.FreeResource(strconv.Itoa(owner), id)
	if err == nil {
		w.freedAt = append(w.freedAt, w.now)
		at := slices.Index(w.owners, owner)
		w.owners = slices.Delete(w.owners, at, at+1)
	}
	w.step("free", w.now, owner, id, answer(nil, err), reconcile)
	if reconcile && b%6 > 0 {
		w.reconcile()
	}
	return err == nil
}

// coolDown sets the clock of every cooling address through the list that Introspect hands out, which is the pool's own.
func (w *world) coolDown() {
	cooling := w.pool.Introspect().CoolingResources
	for at := range cooling {
		age := w.now - w.freedAt[at]
		cooling[at].DeletionTimestamp = time.Now().Add(-time.Duration(age) * tick)
	}
	more := w.pool.ProcessCoolDownQueue()
	w.freedAt = w.freedAt[len(w.freedAt)-len(w.pool.Introspect().CoolingResources):]
	w.step("coolDown", w.now, more)
}

func (w *world) reconcile() {
	w.step("reconcile", w.submit(w.pool.ReconcilePool()))
}

// submit keeps a job for later and says what it was.
func (w *world) submit(job *worker.WarmPoolJob) any {
	if job.Operations != worker.OperationReconcileNotRequired {
		w.jobs = append(w.jobs, job)
	}
	return describe(job)
}

func describe(job *worker.WarmPoolJob) any {
	switch job.Operations {
	case worker.OperationReconcileNotRequired:
		return nil
	case worker.OperationCreate:
		return []any{"create", job.ResourceCount}
	case worker.OperationDeleted:
		if job.ResourceCount != len(job.Resources) {
			panic(fmt.Sprint("a deletion of another number than its groups: ", job))
		}
		return []any{"delete", slices.Clone(job.Resources)}
	case worker.OperationReSyncPool:
		return []any{"resync"}
	}
	panic(fmt.Sprint("a job of another kind: ", job))
}

// finish reports a job under way; some are lost, some are reported twice.
func (w *world) finish(at int, random uint64) {
	rng := rand.New(rand.NewPCG(random, 2))
	job := w.jobs[at]
	fate := rng.IntN(60)
	if fate > 0 {
		w.jobs = slices.Delete(w.jobs, at, at+1)
	}
	if fate == 1 {
		return
	}
	switch job.Operations {
	case worker.OperationReSyncPool:
		if rng.IntN(8) > 0 {
			w.resync(random, random)
		}
	case worker.OperationCreate:
		w.create(job, rng)
	case worker.OperationDeleted:
		w.remove(job, rng)
	}
}

func (w *world) create(job *worker.WarmPoolJob, rng *rand.Rand) {
	wanted, ok, available := job.ResourceCount, true, true
	switch rng.IntN(16) {
	case 0, 1: // some, and an error
		wanted, ok = rng.IntN(max(wanted, 1)), false
	case 2: // none, and an error
		wanted, ok = 0, false
	case 3: // an answer that got lost
		w.eni = append(w.eni, w.fromSubnet(wanted, rng.Uint64())...)
		wanted, ok = 0, false
	case 4: // the subnet is full
		wanted, available = rng.IntN(max(wanted, 1)), false
	case 5: // another number than asked for, without a word
		wanted += 1 - 2*rng.IntN(2)
	}
	groups := w.fromSubnet(wanted, rng.Uint64())
	if len(groups) < wanted {
		available = false
		ok = ok && w.prefixes
	}
	w.eni = append(w.eni, groups...)
	w.update(job, groups, ok, available)
}

func (w *world) remove(job *worker.WarmPoolJob, rng *rand.Rand) {
	groups := slices.Clone(job.Resources)
	switch rng.IntN(10) {
	case 0, 1: // some are still there
		stay := rng.IntN(len(groups) + 1)
		w.toSubnet(groups[stay:])
		w.update(job, groups[:stay], false, true)
	case 2: // all are gone, and nobody noticed
		w.toSubnet(groups)
		w.update(job, groups, false, true)
	default:
		w.toSubnet(groups)
		w.update(job, nil, true, true)
	}
}

func (w *world) update(job *worker.WarmPoolJob, returned []string, ok, available bool) {
	told := describe(job)
	result := *job
	result.Resources = returned
	reconcile := w.pool.UpdatePool(&result, ok, available)
	if returned == nil {
		returned = []string{}
	}
	w.step("update", told, returned, ok, available, reconcile)
	if reconcile {
		w.reconcile()
	}
}

func (w *world) resync(a, b uint64) {
	rng := rand.New(rand.NewPCG(a, b))
	listed := slices.Clone(w.eni)
	rng.Shuffle(len(listed), func(a, b int) { listed[a], listed[b] = listed[b], listed[a] })
	if len(listed) > 0 && rng.IntN(30) == 0 {
		listed = append(listed, listed[0])
	}
	if listed == nil {
		listed = []string{}
	}
	before := len(w.pool.Introspect().CoolingResources)
	kept := w.keptCooling(listed)
	w.pool.ReSync(listed)
	if len(w.pool.Introspect().CoolingResources) < before {
		w.freedAt = kept
	}
	w.step("resync", listed)
}

// keptCooling are the times of the cooling addresses that a re-sync with this list leaves.
func (w *world) keptCooling(listed []string) []int {
	var kept []int
	for at, cooling := range w.pool.Introspect().CoolingResources {
		if slices.Contains(listed, cooling.Resource.GroupID) {
			kept = append(kept, w.freedAt[at])
		}
	}
	return kept
}

func answer(value any, err error) any {
	if name, known := errorNames[err]; known {
		return name
	}
	if err != nil {
		return err.Error()
	}
	return value
}

var errorNames = map[error]string{
	pool.ErrPoolAtMaxCapacity:          "ErrPoolAtMaxCapacity",
	pool.ErrResourceAreBeingCooledDown: "ErrResourceAreBeingCooledDown",
	pool.ErrResourcesAreBeingCreated:   "ErrResourcesAreBeingCreated",
	pool.ErrWarmPoolEmpty:              "ErrWarmPoolEmpty",
	pool.ErrInsufficientCidrBlocks:     "ErrInsufficientCidrBlocks",
	pool.ErrResourceAlreadyAssigned:    "ErrResourceAlreadyAssigned",
	pool.ErrResourceDoesntExist:        "ErrResourceDoesntExist",
	pool.ErrIncorrectResourceOwner:     "ErrIncorrectResourceOwner",
}

// step writes down a call and its answer, and the pool after it: used, free, groups on the books, cooling, and a digest
// of all of it.
func (w *world) step(call ...any) {
	state := w.pool.Introspect()
	digest := uint32(0)
	// A sum does not depend on the order of a map.
	add := func(words ...string) {
		hash := fnv.New32a()
		for _, word := range words {
			hash.Write([]byte(word))
			hash.Write([]byte{' '})
		}
		digest += hash.Sum32()
	}
	free := 0
	for owner, resource := range state.UsedResources {
		add("used", owner, resource.ResourceID)
	}
	for group, resources := range state.WarmResources {
		free += len(resources)
		words := []string{"warm", group}
		for _, resource := range resources {
			words = append(words, resource.ResourceID)
		}
		add(words...)
	}
	for at, cooling := range state.CoolingResources {
		add("cooling", strconv.Itoa(at), cooling.Resource.ResourceID, strconv.Itoa(w.freedAt[at]))
	}
	counts := []any{len(state.UsedResources), free, len(state.WarmResources), len(state.CoolingResources), digest}
	w.steps = append(w.steps, append(call, counts))
}
