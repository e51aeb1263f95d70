package sandbox

import "strings"

// words are what a source could look at of the things that are made only for the
// scripts that name them. Making all of them would cost more than all the rest of a
// short pass.
type words map[string]bool

// The marks of what is no identifier.
const (
	escapeMark    = `\u`   // anything may be spelled
	starMark      = "*"    // a generator, or a product, or a comment
	generatorMark = "* {"  // a generator, most likely
	iteratorMark  = "()"   // keys(), values() or entries(): an iterator, most likely
	propertyMark  = `\p`   // a class of characters by a property
	tryMember     = ".try" // the member, not the statement
	unicodeMark   = "/u"   // a regular expression with the flag u, perhaps
	runMark       = ".run" // codemode, by which a snippet could be run
)

// wordsOf reads a source once: it does not parse it, and what stands in a string or
// in a comment is a word too.
func wordsOf(source string) words {
	found := make(words)
	prev, last := byte('{'), "" // the byte, and the word, before
	for i := 0; i < len(source); {
		c := source[i]
		switch {
		case isWordByte(c):
			end := i + 1
			for end < len(source) && isWordByte(source[end]) {
				end++
			}
			word := source[i:end]
			found.add(word, prev, source[end:])
			prev, last, i = source[end-1], word, end
			continue
		case c == '\\':
			if i+1 < len(source) && source[i+1] == 'u' {
				found[escapeMark] = true
			}
			if i+1 < len(source) && (source[i+1] == 'p' || source[i+1] == 'P') {
				found[propertyMark] = true
			}
		case c == '*':
			found[starMark] = true
			if strings.IndexByte("{,;}", prev) >= 0 || last == "function" || last == "async" || last == "static" {
				found[generatorMark] = true
			}
		}
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			prev, last = c, ""
		}
		i++
	}
	return found
}

// add notes a word, with the byte before it and what comes after it.
func (w words) add(word string, before byte, after string) {
	if isFeature(word) {
		w[word] = true
	}
	if before == '/' && strings.Contains(word, "u") && strings.Trim(word, "dgimsuvy") == "" {
		w[unicodeMark] = true
	}
	switch word {
	case "try":
		w[tryMember] = w[tryMember] || isMember(before, after)
	case "codemode":
		w[runMark] = w[runMark] || !isOtherMember(after)
	case "keys", "values", "entries":
		w[iteratorMark] = w[iteratorMark] || strings.HasPrefix(after, "()")
	}
}

// isMember reports whether a word is the name of a property: by the byte before it, or
// by what comes after it in a pattern.
func isMember(before byte, after string) bool {
	if strings.IndexByte("."+`'"`+"`", before) >= 0 {
		return true
	}
	return (before == '{' || before == ',') && strings.HasPrefix(strings.TrimLeft(after[:min(len(after), 10)], " \t\n"), ":")
}

// isOtherMember reports whether what follows codemode makes it the member of that name
// and no other: one that runs no snippet.
func isOtherMember(after string) bool {
	for _, name := range []string{".step", ".sleep", ".waitFor"} {
		if rest, ok := strings.CutPrefix(after, name); ok {
			return rest == "" || !isWordByte(rest[0]) && rest[0] != '\\'
		}
	}
	return false
}

// isWordByte reports whether a byte is of an identifier. No word that is asked for
// has others than these.
func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$' || c >= 0x80
}

// mentions reports whether the source has one of the words, or may run one that has.
func (p *pass) mentions(names ...string) bool {
	return p.everything || p.names(names...)
}

// names reports whether the source has one of the words.
func (p *pass) names(names ...string) bool {
	for _, name := range names {
		if p.words[name] {
			return true
		}
	}
	return false
}

// reaches reports whether the script could look at one of the globals called names:
// it names it, or the object that has all globals, or spells something with escapes.
func (p *pass) reaches(names ...string) bool {
	return p.mentions(names...) || p.mentions("this", "globalThis", escapeMark)
}

// isFeature reports whether a word can be asked for with mentions.
func isFeature(word string) bool {
	switch word {
	case "this", "globalThis",
		"setTimeout", "setInterval", "clearTimeout", "clearInterval", "queueMicrotask", "structuredClone",
		"console", "crypto", "performance", "atob", "btoa",
		"AbortController", "AbortSignal", "Event", "EventTarget", "CustomEvent", "DOMException",
		"TextEncoder", "TextDecoder", "URL", "URLSearchParams":
		return true
	case "Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError", "Date",
		"Symbol", "asyncIterator", "dispose", "asyncDispose", "using",
		"DisposableStack", "AsyncDisposableStack", "SuppressedError",
		"Iterator", "iterator", "matchAll",
		"groupBy", "fromAsync", "withResolvers", "captureStackTrace",
		"isWellFormed", "toWellFormed", "escape", "RegExp", "constructor", "replace",
		"Map", "Set", "ArrayBuffer", "DataView", "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array",
		"Int32Array", "Uint32Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array",
		"JSON", "parse", "Intl", "normalize", "localeCompare", "toLocaleString", "toLocaleDateString",
		"toLocaleTimeString", "toLocaleUpperCase", "toLocaleLowerCase":
		return true
	}
	return isIteratorMethod(word)
}

// isIteratorMethod reports whether a word is a method of iterators.
func isIteratorMethod(word string) bool {
	switch word {
	case "map", "filter", "take", "drop", "flatMap", "reduce", "toArray", "forEach", "some", "every", "find":
		return true
	}
	return false
}
