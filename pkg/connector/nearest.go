package connector

import "strings"

// nearest returns the name that a person most likely meant by typed. ok is false
// when none is near: more than a third of the characters differ.
func nearest(typed string, names []string) (near string, ok bool) {
	if len(typed) > 128 {
		return "", false // nobody's typing error, and the distance is quadratic
	}
	best := 0
	for _, name := range names {
		if len(name) > 128 {
			continue
		}
		d := distance(strings.ToLower(typed), strings.ToLower(name))
		if 3*d > max(len(typed), len(name)) {
			continue
		}
		if !ok || d < best || (d == best && name < near) {
			near, best, ok = name, d, true
		}
	}
	return near, ok
}

// distance counts the characters to insert, remove, replace or swap with their
// neighbour to turn a into b.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}
