// URL and URLSearchParams. The host parses and writes; it knows nothing but strings.
(function (host) {
	"use strict";
	const { defineProperty, setPrototypeOf, getPrototypeOf } = Object;
	const { apply, ownKeys } = Reflect;
	const symbolIterator = Symbol.iterator;
	const ArrayIteratorBase = getPrototypeOf(getPrototypeOf([][symbolIterator]()));
	const getOwnPropertyDescriptor = Object.getOwnPropertyDescriptor;
	const append = (list, value) =>
		defineProperty(list, list.length, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
	const isObject = (v) => (typeof v === "object" && v !== null) || typeof v === "function";
	const tag = (proto, name) => defineProperty(proto, Symbol.toStringTag, { __proto__: null, value: name, configurable: true });
	const need = (n, args, what) => {
		if (args.length < n) throw new TypeError(`${what} needs ${n} argument${n > 1 ? "s" : ""}`);
	};

	// Pairs goes through the parameters as they are at the moment.
	class Pairs {
		#list;
		#pick;
		#at = 0;
		constructor(list, pick) {
			this.#list = list;
			this.#pick = pick;
		}
		next() {
			const list = this.#list();
			if (this.#at >= list.length) return { value: undefined, done: true };
			const pair = list[this.#at++];
			return { value: this.#pick(pair[0], pair[1]), done: false };
		}
	}
	delete Pairs.prototype.constructor;
	setPrototypeOf(Pairs.prototype, ArrayIteratorBase);
	tag(Pairs.prototype, "URLSearchParams Iterator");

	// pairsOf reads what a script gave as parameters.
	function pairsOf(init) {
		const list = [];
		if (!isObject(init)) {
			const flat = host.parseForm(`${init}`);
			for (let i = 0; i < flat.length; i += 2) append(list, [flat[i], flat[i + 1]]);
			return list;
		}
		const method = init[symbolIterator];
		if (method === undefined || method === null) {
			const keys = ownKeys(init);
			for (let i = 0; i < keys.length; i++) {
				const at = getOwnPropertyDescriptor(init, keys[i]);
				if (at === undefined || !at.enumerable) continue;
				if (typeof keys[i] === "symbol") throw new TypeError("a name must not be a symbol");
				append(list, [host.text(keys[i]), host.text(`${init[keys[i]]}`)]);
			}
			return list;
		}
		for (const pair of init) {
			if (!isObject(pair) || typeof pair[symbolIterator] !== "function") throw new TypeError("each query pair must be an iterable [name, value] tuple");
			const parts = [...pair];
			if (parts.length !== 2) throw new TypeError("each query pair must be an iterable [name, value] tuple");
			append(list, [host.text(`${parts[0]}`), host.text(`${parts[1]}`)]);
		}
		return list;
	}

	let attach; // ties parameters to the URL whose query they are
	let refill;

	class URLSearchParams {
		#list = [];
		#changed;
		constructor(init = undefined) {
			if (init !== undefined && init !== null) this.#list = pairsOf(init);
			else if (init === null) this.#list = pairsOf("null");
		}
		static {
			attach = (params, changed) => {
				params.#changed = changed;
			};
			refill = (params, query) => {
				params.#list = pairsOf(query);
			};
		}
		#update() {
			const changed = this.#changed;
			if (changed !== undefined) changed(apply(toString, this, []));
		}
		#without(name, value) {
			const kept = [];
			for (let i = 0; i < this.#list.length; i++) {
				const pair = this.#list[i];
				if (pair[0] !== name || (value !== undefined && pair[1] !== value)) append(kept, pair);
			}
			return kept;
		}
		get size() {
			return this.#list.length;
		}
		append(name, value) {
			need(2, arguments, "append");
			append(this.#list, [host.text(`${name}`), host.text(`${value}`)]);
			this.#update();
		}
		delete(name, value = undefined) {
			need(1, arguments, "delete");
			this.#list = this.#without(host.text(`${name}`), value === undefined ? undefined : host.text(`${value}`));
			this.#update();
		}
		get(name) {
			need(1, arguments, "get");
			name = host.text(`${name}`);
			for (let i = 0; i < this.#list.length; i++) if (this.#list[i][0] === name) return this.#list[i][1];
			return null;
		}
		getAll(name) {
			need(1, arguments, "getAll");
			name = host.text(`${name}`);
			const all = [];
			for (let i = 0; i < this.#list.length; i++) if (this.#list[i][0] === name) append(all, this.#list[i][1]);
			return all;
		}
		has(name, value = undefined) {
			need(1, arguments, "has");
			return this.#without(host.text(`${name}`), value === undefined ? undefined : host.text(`${value}`)).length < this.#list.length;
		}
		set(name, value) {
			need(2, arguments, "set");
			name = host.text(`${name}`);
			value = host.text(`${value}`);
			const kept = [];
			let done = false;
			for (let i = 0; i < this.#list.length; i++) {
				const pair = this.#list[i];
				if (pair[0] !== name) append(kept, pair);
				else if (!done) {
					append(kept, [name, value]);
					done = true;
				}
			}
			if (!done) append(kept, [name, value]);
			this.#list = kept;
			this.#update();
		}
		sort() {
			// Equal names keep their order.
			const list = this.#list;
			for (let i = 1; i < list.length; i++) {
				const pair = list[i];
				let j = i;
				for (; j > 0 && list[j - 1][0] > pair[0]; j--) list[j] = list[j - 1];
				list[j] = pair;
			}
			this.#update();
		}
		forEach(fn, thisArg = undefined) {
			if (typeof fn !== "function") throw new TypeError("forEach(callback): callback must be a function");
			for (let i = 0; i < this.#list.length; i++) {
				const pair = this.#list[i];
				apply(fn, thisArg, [pair[1], pair[0], this]);
			}
		}
		keys() {
			return new Pairs(() => this.#list, (name) => name);
		}
		values() {
			return new Pairs(() => this.#list, (_, value) => value);
		}
		entries() {
			return new Pairs(() => this.#list, (name, value) => [name, value]);
		}
		toString() {
			const flat = [];
			for (let i = 0; i < this.#list.length; i++) {
				append(flat, this.#list[i][0]);
				append(flat, this.#list[i][1]);
			}
			return host.writeForm(flat);
		}
	}
	const { toString, entries } = URLSearchParams.prototype;
	defineProperty(URLSearchParams.prototype, symbolIterator, { __proto__: null, value: entries, writable: true, configurable: true });
	tag(URLSearchParams.prototype, "URLSearchParams");

	class URL {
		#parts; // what host.parseURL gives
		#params;
		constructor(url, base = undefined) {
			need(1, arguments, "URL");
			const parts = host.parseURL(`${url}`, base === undefined ? undefined : `${base}`);
			if (parts === undefined) {
				const e = new TypeError("Invalid URL");
				defineProperty(e, "code", { __proto__: null, value: "ERR_INVALID_URL", writable: true, enumerable: true, configurable: true });
				defineProperty(e, "input", { __proto__: null, value: `${url}`, writable: true, enumerable: true, configurable: true });
				throw e;
			}
			this.#parts = parts;
		}
		static canParse(url, base = undefined) {
			need(1, arguments, "URL.canParse");
			return host.parseURL(`${url}`, base === undefined ? undefined : `${base}`) !== undefined;
		}
		static parse(url, base = undefined) {
			need(1, arguments, "URL.parse");
			try {
				return base === undefined ? new URL(url) : new URL(url, base);
			} catch {
				return null;
			}
		}
		#set(name, value) {
			const parts = host.setURL(this.#parts.href, name, `${value}`);
			if (parts !== undefined) this.#parts = parts;
			if (this.#params !== undefined) refill(this.#params, this.#parts.search);
		}
		get href() {
			return this.#parts.href;
		}
		set href(value) {
			const parts = host.parseURL(`${value}`, undefined);
			if (parts === undefined) throw new TypeError("Invalid URL");
			this.#parts = parts;
			if (this.#params !== undefined) refill(this.#params, parts.search);
		}
		get origin() {
			return this.#parts.origin;
		}
		get protocol() {
			return this.#parts.protocol;
		}
		set protocol(value) {
			this.#set("protocol", value);
		}
		get username() {
			return this.#parts.username;
		}
		set username(value) {
			this.#set("username", value);
		}
		get password() {
			return this.#parts.password;
		}
		set password(value) {
			this.#set("password", value);
		}
		get host() {
			return this.#parts.host;
		}
		set host(value) {
			this.#set("host", value);
		}
		get hostname() {
			return this.#parts.hostname;
		}
		set hostname(value) {
			this.#set("hostname", value);
		}
		get port() {
			return this.#parts.port;
		}
		set port(value) {
			this.#set("port", value);
		}
		get pathname() {
			return this.#parts.pathname;
		}
		set pathname(value) {
			this.#set("pathname", value);
		}
		get search() {
			return this.#parts.search;
		}
		set search(value) {
			this.#set("search", value);
		}
		get searchParams() {
			if (this.#params === undefined) {
				this.#params = new URLSearchParams(this.#parts.search);
				attach(this.#params, (query) => {
					const parts = host.setURL(this.#parts.href, "search", query);
					if (parts !== undefined) this.#parts = parts;
				});
			}
			return this.#params;
		}
		get hash() {
			return this.#parts.hash;
		}
		set hash(value) {
			this.#set("hash", value);
		}
		toString() {
			return this.#parts.href;
		}
		toJSON() {
			return this.#parts.href;
		}
	}
	tag(URL.prototype, "URL");
	return { URL, URLSearchParams };
})
