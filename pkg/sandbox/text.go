package sandbox

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dop251/goja"
)

// encodeText is TextEncoder.encode. Halves of pairs become U+FFFD.
func (p *pass) encodeText(call goja.FunctionCall) goja.Value {
	return p.newBytes([]byte(call.Argument(0).String()))
}

// encodeTextInto writes as many whole characters as there is room for.
func (p *pass) encodeTextInto(call goja.FunctionCall) goja.Value {
	obj, ok := call.Argument(1).(*goja.Object)
	if !ok || !isBytes(obj) {
		panic(p.rt.NewTypeError("encodeInto(text, bytes): bytes must be a Uint8Array"))
	}
	room, _ := p.bytesOf(obj)
	read, written := 0, 0
	for _, r := range call.Argument(0).String() {
		n := utf8.RuneLen(r)
		if written+n > len(room) {
			break
		}
		utf8.EncodeRune(room[written:], r)
		written += n
		read += utf16.RuneLen(r)
	}
	result := p.rt.NewObject()
	_ = result.Set("read", read)
	_ = result.Set("written", written)
	return result
}

// encodingOf returns the name of the encoding that a label stands for.
func (p *pass) encodingOf(call goja.FunctionCall) goja.Value {
	label := call.Argument(0).String()
	switch strings.ToLower(strings.Trim(label, "\t\n\f\r ")) {
	case "utf-8", "utf8", "unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8":
		return p.rt.ToValue("utf-8")
	case "utf-16", "utf-16le", "ucs-2", "unicode", "csunicode", "iso-10646-ucs-2", "unicodefeff":
		return p.rt.ToValue("utf-16le")
	case "utf-16be", "unicodefffe":
		return p.rt.ToValue("utf-16be")
	case "latin1", "iso-8859-1", "iso8859-1", "iso88591", "iso_8859-1", "iso_8859-1:1987", "iso-ir-100", "l1", "csisolatin1",
		"ascii", "us-ascii", "ansi_x3.4-1968", "windows-1252", "cp1252", "x-cp1252", "cp819", "ibm819":
		return p.rt.ToValue("windows-1252")
	}
	p.throw("RangeError", `The "`+label+`" encoding is not supported: there are utf-8, utf-16le, utf-16be and windows-1252 (latin1)`)
	return nil
}

// textDecoder returns the function of one TextDecoder: bytes, and whether more come.
func (p *pass) textDecoder(call goja.FunctionCall) goja.Value {
	d := &textDecoder{
		encoding:  call.Argument(0).String(),
		fatal:     call.Argument(1).ToBoolean(),
		ignoreBOM: call.Argument(2).ToBoolean(),
	}
	return p.native("decode", func(call goja.FunctionCall) goja.Value {
		var b []byte
		if arg := call.Argument(0); !goja.IsUndefined(arg) {
			var ok bool
			if b, ok = p.bytesOf(arg); !ok {
				panic(p.rt.NewTypeError("decode(bytes): bytes must be an ArrayBuffer or a view of one"))
			}
		}
		out, ok := d.decode(b, call.Argument(1).ToBoolean())
		if !ok {
			err := p.rt.NewTypeError("The encoded data was not valid for encoding %s", d.encoding)
			_ = err.Set("code", "ERR_ENCODING_INVALID_ENCODED_DATA")
			panic(err)
		}
		return p.rt.ToValue(out)
	})
}

// textDecoder is one TextDecoder: what it keeps of a stream.
type textDecoder struct {
	encoding         string
	fatal, ignoreBOM bool

	rest    []byte // of a character that is not complete
	started bool   // what comes next is not the beginning
}

// decode decodes b, after what is kept of the bytes before. It reports false when it
// is fatal that some are not valid.
func (d *textDecoder) decode(b []byte, more bool) (string, bool) {
	in := append(d.rest, b...)
	d.rest = nil
	var out strings.Builder
	valid := true
	for len(in) > 0 {
		r, n, complete := d.character(in)
		if !complete && more {
			d.rest = append([]byte(nil), in...)
			break
		}
		if !d.started && r == '\ufeff' && n > 1 && !d.ignoreBOM {
			r = -1
		}
		d.started = true
		if r == invalid {
			valid = false
			r = utf8.RuneError
		}
		if r >= 0 {
			out.WriteRune(r)
		}
		in = in[n:]
	}
	if !more {
		d.started = false
	}
	if !valid && d.fatal {
		d.rest, d.started = nil, false
		return "", false
	}
	return out.String(), true
}

// invalid stands for bytes that are no character.
const invalid = -2

// character returns the first character of in and its number of bytes. It is not
// complete when more bytes could make it one.
func (d *textDecoder) character(in []byte) (r rune, n int, complete bool) {
	switch d.encoding {
	case "utf-16le", "utf-16be":
		return d.pair(in)
	case "windows-1252":
		return windows1252(in[0]), 1, true
	}
	return utf8Character(in)
}

// utf8Character takes of a wrong sequence as many bytes as could begin a right one.
func utf8Character(in []byte) (r rune, n int, complete bool) {
	if r, n = utf8.DecodeRune(in); r != utf8.RuneError || n > 1 {
		return r, n, true
	}
	low, high, need := byte(0x80), byte(0xbf), 0
	switch c := in[0]; {
	case c >= 0xc2 && c <= 0xdf:
		need = 1
	case c >= 0xe0 && c <= 0xef:
		need = 2
		if c == 0xe0 {
			low = 0xa0
		} else if c == 0xed {
			high = 0x9f
		}
	case c >= 0xf0 && c <= 0xf4:
		need = 3
		if c == 0xf0 {
			low = 0x90
		} else if c == 0xf4 {
			high = 0x8f
		}
	default:
		return invalid, 1, true
	}
	for n = 1; n <= need; n++ {
		if n == len(in) {
			return invalid, n, false
		}
		if in[n] < low || in[n] > high {
			break
		}
		low, high = 0x80, 0xbf
	}
	return invalid, n, true
}

func (d *textDecoder) pair(in []byte) (r rune, n int, complete bool) {
	if len(in) < 2 {
		return invalid, len(in), false
	}
	first := d.unit(in)
	switch {
	case !utf16.IsSurrogate(first):
		return first, 2, true
	case first >= 0xdc00:
		return invalid, 2, true
	case len(in) < 4:
		return invalid, len(in), false
	}
	if r = utf16.DecodeRune(first, d.unit(in[2:])); r == utf8.RuneError {
		return invalid, 2, true
	}
	return r, 4, true
}

func (d *textDecoder) unit(in []byte) rune {
	if d.encoding == "utf-16be" {
		return rune(in[0])<<8 | rune(in[1])
	}
	return rune(in[1])<<8 | rune(in[0])
}

// windows1252 is Latin1 but for the bytes from 0x80 to 0x9f.
func windows1252(c byte) rune {
	const high = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"
	if c < 0x80 || c > 0x9f {
		return rune(c)
	}
	return []rune(high)[c-0x80]
}
