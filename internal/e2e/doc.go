// Package e2e holds the tests of what a user sees: code goes through the real queue, an
// executor, the journal and the API, and comes back as an outcome. Its tests share one
// rig; each file is about one noun. Tests named TestB… check the numbered lines of
// docs/BEHAVIOUR.md.
package e2e
