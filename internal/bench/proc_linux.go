package bench

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// tick is how many milliseconds the kernel's unit of CPU time is, on every
// Linux that Go runs on.
const tick = 10

// threadCPU is the CPU time of the thread that asks.
func threadCPU() (time.Duration, bool) {
	var t unix.Timespec
	err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t)
	return time.Duration(t.Nano()), err == nil
}

// ownUsage is this process's CPU time and memory.
func ownUsage() (s status) {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) == nil {
		s.CPU = float64(time.Duration(u.Utime.Nano()+u.Stime.Nano())) / float64(time.Millisecond)
	}
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return s
	}
	for line := range strings.Lines(string(raw)) {
		name, value, _ := strings.Cut(line, ":")
		kib, _ := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 64) // other lines are no numbers
		switch name {
		case "VmRSS":
			s.RSS = kib / 1024
		case "VmHWM":
			s.PeakRSS = kib / 1024
		}
	}
	return s
}

// postgresCPU is the CPU time, in milliseconds, that PostgreSQL's processes on
// this machine have spent on a database, with those that serve all of them: the
// writers of log and pages. It is false when there is none.
func postgresCPU(database string) (float64, bool) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, false
	}
	ticks, known := int64(0), false
	for _, path := range stats {
		raw, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		open, shut := bytes.IndexByte(raw, '('), bytes.LastIndexByte(raw, ')')
		if open < 0 || shut < open || string(raw[open+1:shut]) != "postgres" {
			continue
		}
		title, err := os.ReadFile(filepath.Join(filepath.Dir(path), "cmdline"))
		if err != nil || !serves(string(title), database) {
			continue
		}
		fields := strings.Fields(string(raw[shut+1:])) // from the third on
		for _, at := range []int{11, 12} {             // utime and stime
			if at < len(fields) {
				n, _ := strconv.ParseInt(fields[at], 10, 64)
				ticks += n
				known = true
			}
		}
	}
	return float64(ticks * tick), known
}

// serves reports whether a PostgreSQL process with the title works for the
// database: "postgres: 15/main: shop bodega_bench_x 127.0.0.1(40000) idle".
func serves(title, database string) bool {
	for _, all := range []string{": walwriter", ": checkpointer", ": background writer"} {
		if strings.Contains(title, all) {
			return true
		}
	}
	return strings.Contains(title, " "+database+" ") || strings.HasSuffix(strings.TrimRight(title, " \x00"), " "+database)
}
