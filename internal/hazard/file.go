package hazard

// Parse reads a case from text.
func Parse(text string) (Case, error) { return parse(text) }
