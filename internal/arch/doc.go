// Package arch tests that imports point one way: which package may import which,
// and which libraries stay where. It has no code of its own.
//
// Why the arrows are what they are: a package that cannot import the broker can be
// tested without one; one that cannot import the network cannot let a script out;
// one that cannot read a clock gives the same answer when it replays.
package arch
