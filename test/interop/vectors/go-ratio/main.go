// Prints what Go's TraceIDRatioBased decides; `go run main.go > decisions.txt` makes the vectors.
// The arithmetic is that of opentelemetry-go sdk/trace/sampling.go (bytes 8 to 15 of the id), without the library.
package main

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"strconv"
)

func bound(rate float64) uint64 { return uint64(rate * (1 << 63)) }

func sampled(id [16]byte, rate float64) bool {
	if rate >= 1 {
		return true
	}
	if rate <= 0 {
		rate = 0
	}
	return binary.BigEndian.Uint64(id[8:16])>>1 < bound(rate)
}

// splitMix64 is the same everywhere and always.
func splitMix64(state *uint64) uint64 {
	*state += 0x9e3779b97f4a7c15
	z := *state
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

func main() {
	rates := []float64{
		-1, 0, math.SmallestNonzeroFloat64, math.Ldexp(1, -63), math.Ldexp(1, -62), 3e-19, 1e-12, 0.0001, 0.001, 0.01,
		0.05, 0.1, 0.2, 0.25, 1.0 / 3, 0.5, math.Nextafter(0.5, 1), 0.7, 0.9, 0.99, 0.999999999,
		math.Nextafter(1, 0), 1, 2,
	}
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	fmt.Fprintln(out, "# Made by main.go beside this file (opentelemetry-go sdk/trace/sampling.go, TraceIDRatioBased); a column for each rate.")
	fmt.Fprint(out, "rates")
	for _, rate := range rates {
		fmt.Fprint(out, " ", strconv.FormatFloat(rate, 'g', -1, 64))
	}
	fmt.Fprintln(out)

	state := uint64(1)
	row := func(low uint64) {
		var id [16]byte
		binary.BigEndian.PutUint64(id[0:8], splitMix64(&state))
		binary.BigEndian.PutUint64(id[8:16], low)
		fmt.Fprint(out, hex.EncodeToString(id[:]), " ")
		for _, rate := range rates {
			if sampled(id, rate) {
				fmt.Fprint(out, "1")
			} else {
				fmt.Fprint(out, "0")
			}
		}
		fmt.Fprintln(out)
	}
	// The last id that is kept and the first that is not, with either value of the bit that is shifted out.
	for _, rate := range rates {
		if rate < 0 || rate >= 1 {
			continue
		}
		edge := bound(rate) << 1
		for _, low := range []uint64{edge - 2, edge - 1, edge, edge + 1, edge + 2} {
			row(low)
		}
	}
	for _, low := range []uint64{0, 1, 2, 1 << 32, 1<<32 - 1, 1 << 63, 1<<63 - 1, math.MaxUint64} {
		row(low)
	}
	for i := 0; i < 1000; i++ {
		row(splitMix64(&state))
	}
}
