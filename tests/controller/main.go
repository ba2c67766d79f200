// Command controller drives the pool and the settings of the real VPC Resource Controller with random operations and
// writes down every answer, one JSON text a line. README.md says what a line holds.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/aws/amazon-vpc-resource-controller-k8s/pkg/config"
)

const module = "github.com/aws/amazon-vpc-resource-controller-k8s"

// A millisecond of the trace is a minute of the machine, so that no pause of this process can reach the next one.
const tick = time.Minute

func main() {
	seed := flag.Uint64("seed", 1, "what the random choices follow from")
	count := flag.Uint64("count", 300, "how many traces or settings")
	first := flag.Uint64("first", 0, "the first of them")
	ops := flag.Int("ops", 60, "the most operations of a trace")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: controller [flags] traces|scripts|settings|replay (replay reads scripts from standard input)")
		flag.PrintDefaults()
	}
	flag.Parse()
	config.CoolDownPeriod = 30_000 * tick

	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	defer out.Flush()
	write := func(value any) {
		line, err := json.Marshal(value)
		if err != nil {
			panic(err)
		}
		out.Write(append(line, '\n'))
	}
	switch flag.Arg(0) {
	case "traces":
		write(map[string]any{"module": module, "version": version(), "seed": *seed, "count": *count})
		for index := *first; index < *first+*count; index++ {
			write(run(newScript(*seed, index, *ops)))
		}
	case "scripts":
		for index := *first; index < *first+*count; index++ {
			write(newScript(*seed, index, *ops))
		}
	case "settings":
		for index := *first; index < *first+*count; index++ {
			write(readSettings(*seed, index))
		}
	case "replay":
		lines := json.NewDecoder(bufio.NewReader(os.Stdin))
		for lines.More() {
			var s script
			if err := lines.Decode(&s); err != nil {
				panic(err)
			}
			write(run(s))
			out.Flush()
		}
	default:
		flag.Usage()
		os.Exit(2)
	}
}

// version is the version of the controller that this program was built with.
func version() string {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			return dependency.Version
		}
	}
	return "unknown"
}
