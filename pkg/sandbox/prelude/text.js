// TextEncoder and TextDecoder. The conversions are the host's.
(function (host) {
	"use strict";
	const { defineProperty } = Object;
	const tag = (Class, name) => defineProperty(Class.prototype, Symbol.toStringTag, { __proto__: null, value: name, configurable: true });

	class TextEncoder {
		#ready = true;
		get encoding() {
			return this.#ready && "utf-8";
		}
		encode(text = "") {
			return this.#ready && host.encode(`${text}`);
		}
		encodeInto(text, bytes) {
			const { read, written } = this.#ready && host.encodeInto(`${text}`, bytes);
			return { read, written };
		}
	}
	tag(TextEncoder, "TextEncoder");

	class TextDecoder {
		#encoding;
		#fatal;
		#ignoreBOM;
		#decode;
		constructor(label = "utf-8", options = undefined) {
			this.#encoding = host.encodingOf(`${label}`);
			this.#fatal = !!options?.fatal;
			this.#ignoreBOM = !!options?.ignoreBOM;
			this.#decode = host.decoder(this.#encoding, this.#fatal, this.#ignoreBOM);
		}
		get encoding() {
			return this.#encoding;
		}
		get fatal() {
			return this.#fatal;
		}
		get ignoreBOM() {
			return this.#ignoreBOM;
		}
		decode(bytes = undefined, options = undefined) {
			const decode = this.#decode;
			return decode(bytes, !!options?.stream);
		}
	}
	tag(TextDecoder, "TextDecoder");
	return { TextEncoder, TextDecoder };
})
