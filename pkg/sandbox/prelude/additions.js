// Functions of the language that the engine has not got yet.
(function () {
	"use strict";
	const { defineProperty } = Object;
	const { apply, construct } = Reflect;
	const symbolIterator = Symbol.iterator;
	const NativePromise = Promise;
	const NativeArray = Array;
	const NativeMap = Map;
	const mapGet = Map.prototype.get;
	const mapHas = Map.prototype.has;
	const mapSet = Map.prototype.set;
	const promiseResolve = Promise.resolve;
	const create = Object.create;
	const NativeError = Error;
	const split = String.prototype.split;
	const charCodeAt = String.prototype.charCodeAt;
	const isObject = (v) => (typeof v === "object" && v !== null) || typeof v === "function";

	const put = (list, i, value) =>
		defineProperty(list, i, { __proto__: null, value, writable: true, enumerable: true, configurable: true });

	function define(target, name, fn, length) {
		defineProperty(fn, "length", { __proto__: null, value: length, configurable: true });
		defineProperty(target, name, { __proto__: null, value: fn, writable: true, configurable: true });
	}

	// groups calls add with the key and the value of every member of items.
	function groups(items, fn, add) {
		if (items === undefined || items === null) throw new TypeError(items + " is not iterable");
		if (typeof fn !== "function") throw new TypeError("the callback of groupBy must be a function");
		let i = 0;
		for (const value of items) add(fn(value, i++), value);
	}

	define(Object, "groupBy", {
		groupBy(items, fn) {
			const out = create(null);
			groups(items, fn, (key, value) => {
				const name = typeof key === "symbol" ? key : `${key}`;
				if (out[name] === undefined) out[name] = [];
				put(out[name], out[name].length, value);
			});
			return out;
		},
	}.groupBy, 2);

	define(Map, "groupBy", {
		groupBy(items, fn) {
			const out = new NativeMap();
			groups(items, fn, (key, value) => {
				if (!apply(mapHas, out, [key])) apply(mapSet, out, [key, []]);
				const list = apply(mapGet, out, [key]);
				put(list, list.length, value);
			});
			return out;
		},
	}.groupBy, 2);

	// collect is what Array.fromAsync does once it has been called.
	async function collect(Class, items, mapper, thisArg) {
		if (mapper !== undefined && typeof mapper !== "function") throw new TypeError("the mapper of Array.fromAsync must be a function");
		const mapped = async (value, i) => (mapper === undefined ? value : await apply(mapper, thisArg, [value, i]));
		const open = (...args) => (typeof Class === "function" && Class !== NativeArray ? construct(Class, args) : new NativeArray(...args));
		const asyncMethod = items[Symbol.asyncIterator];
		const isAsync = asyncMethod !== undefined && asyncMethod !== null;
		const method = isAsync ? asyncMethod : items[symbolIterator];
		if (method === undefined || method === null) {
			const length = lengthOf(items);
			const list = open(length);
			for (let i = 0; i < length; i++) put(list, i, await mapped(await items[i], i));
			list.length = length;
			return list;
		}
		const list = open();
		const iterator = apply(method, items, []);
		const next = iterator.next;
		for (let i = 0; ; i++) {
			const result = isAsync ? await apply(next, iterator, []) : apply(next, iterator, []);
			if (!isObject(result)) throw new TypeError("the iterator's result is not an object");
			if (result.done) {
				list.length = i;
				return list;
			}
			try {
				put(list, i, await mapped(isAsync ? result.value : await result.value, i));
			} catch (e) {
				try {
					const closed = iterator.return?.();
					if (isAsync) await closed;
				} catch {}
				throw e;
			}
		}
	}

	function lengthOf(items) {
		const n = Math.floor(+items.length);
		return n > 0 ? n : 0;
	}

	define(Array, "fromAsync", {
		fromAsync(items, mapper, thisArg) {
			return collect(this, items, mapper, thisArg);
		},
	}.fromAsync, 1);

	define(Promise, "withResolvers", {
		withResolvers() {
			let resolve, reject;
			const promise = new this((a, b) => {
				resolve = a;
				reject = b;
			});
			return { promise, resolve, reject };
		},
	}.withResolvers, 0);

	define(Promise, "try", {
		try(fn, ...args) {
			if (!isObject(this)) throw new TypeError("Promise.try called on a non-object");
			return new this((resolve) => resolve(apply(fn, undefined, args)));
		},
	}.try, 1);

	// half reports whether the unit at i of s has no partner.
	function half(s, i) {
		const unit = apply(charCodeAt, s, [i]);
		if ((unit & 0xf800) !== 0xd800) return false;
		if (unit >= 0xdc00) {
			return i === 0 || (apply(charCodeAt, s, [i - 1]) & 0xfc00) !== 0xd800;
		}
		return (apply(charCodeAt, s, [i + 1]) & 0xfc00) !== 0xdc00;
	}

	function text(receiver, name) {
		if (receiver === undefined || receiver === null) throw new TypeError(`String.prototype.${name} called on null or undefined`);
		return `${receiver}`;
	}

	define(String.prototype, "isWellFormed", {
		isWellFormed() {
			const s = text(this, "isWellFormed");
			for (let i = 0; i < s.length; i++) if (half(s, i)) return false;
			return true;
		},
	}.isWellFormed, 0);

	define(String.prototype, "toWellFormed", {
		toWellFormed() {
			const s = text(this, "toWellFormed");
			let out = "";
			for (let i = 0; i < s.length; i++) out += half(s, i) ? "\ufffd" : s[i];
			return out;
		},
	}.toWellFormed, 0);

	define(Error, "captureStackTrace", {
		captureStackTrace(object) {
			if (!isObject(object)) throw new TypeError("Error.captureStackTrace: the first argument must be an object");
			const { name, message } = object;
			const title = typeof name === "string" ? name : "Error";
			const head = typeof message === "string" && message !== "" ? `${title}: ${message}` : title;
			// The first line is the error's own text, the second this function.
			const lines = apply(split, new NativeError().stack, ["\n"]);
			let stack = head;
			for (let i = 2; i < lines.length; i++) if (lines[i] !== "") stack += "\n" + lines[i];
			defineProperty(object, "stack", { __proto__: null, value: stack, writable: true, configurable: true });
		},
	}.captureStackTrace, 2);
})
