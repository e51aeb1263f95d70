// structuredClone. The host tells what an object is, whatever it says of itself.
(function (host) {
	"use strict";
	const { kindOf, exception } = host;
	const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf, keys, hasOwn } = Object;
	const { apply, construct } = Reflect;
	const NativeMap = Map;
	const NativeSet = Set;
	const NativeDate = Date;
	const NativeRegExp = RegExp;
	const NativeArray = Array;
	const box = Object;
	const mapForEach = Map.prototype.forEach;
	const setForEach = Set.prototype.forEach;
	const { get: mapGet, set: mapSet, has: mapHas } = Map.prototype;
	const setAdd = Set.prototype.add;
	const dateValue = Date.prototype.getTime;
	const valueOf = { Number: Number.prototype.valueOf, String: String.prototype.valueOf, Boolean: Boolean.prototype.valueOf, BigInt: BigInt.prototype.valueOf };
	const getter = (proto, name) => getOwnPropertyDescriptor(proto, name).get;
	const symbolTag = Symbol.toStringTag;
	const classes = () => ({ Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView });

	// The classes of bytes cost much. A script that names none of them gets them later.
	let views;
	let view;
	function takeViews() {
		const Typed = getPrototypeOf(Uint8Array);
		views = classes();
		view = {
			name: getter(Typed.prototype, symbolTag),
			buffer: getter(Typed.prototype, "buffer"),
			offset: getter(Typed.prototype, "byteOffset"),
			length: getter(Typed.prototype, "length"),
			dataBuffer: getter(DataView.prototype, "buffer"),
			dataOffset: getter(DataView.prototype, "byteOffset"),
			dataLength: getter(DataView.prototype, "byteLength"),
			slice: ArrayBuffer.prototype.slice,
		};
	}
	if (host.namesBytes()) takeViews();
	const errors = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
	const put = (object, key, value) => defineProperty(object, key, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
	const conceal = (object, key, value) => defineProperty(object, key, { __proto__: null, value, writable: true, configurable: true });

	const refuse = (what) => {
		throw exception("DataCloneError", what + " could not be cloned.");
	};

	function structuredClone(value, options) {
		if (arguments.length === 0) throw new TypeError("structuredClone(value): value is missing");
		const transfer = options === undefined || options === null ? undefined : options.transfer;
		if (transfer !== undefined && [...transfer].length > 0) {
			throw exception("DataCloneError", "structuredClone: nothing can be transferred here");
		}
		const seen = new NativeMap();
		const copy = (v) => {
			if (typeof v === "symbol") return refuse(String(v));
			if (typeof v !== "function" && (typeof v !== "object" || v === null)) return v;
			if (apply(mapHas, seen, [v])) return apply(mapGet, seen, [v]);
			return make(v, kindOf(v));
		};
		const remember = (v, made) => {
			apply(mapSet, seen, [v, made]);
			return made;
		};
		const properties = (v, made) => {
			const names = keys(v);
			for (let i = 0; i < names.length; i++) if (hasOwn(v, names[i])) put(made, names[i], copy(v[names[i]]));
			return made;
		};
		const make = (v, kind) => {
			switch (kind) {
				case "Object":
					return properties(v, remember(v, {}));
				case "Array": {
					const made = remember(v, new NativeArray(v.length));
					return properties(v, made);
				}
				case "Date":
					return remember(v, new NativeDate(apply(dateValue, v, [])));
				case "RegExp":
					return remember(v, new NativeRegExp(v.source, v.flags));
				case "Number":
				case "String":
				case "Boolean":
				case "BigInt":
					return remember(v, box(apply(valueOf[kind], v, [])));
				case "ArrayBuffer":
					if (view === undefined) takeViews();
					return remember(v, apply(view.slice, v, [0]));
				case "view":
					return remember(v, viewOf(v));
				case "Map": {
					const made = remember(v, new NativeMap());
					const entries = [];
					apply(mapForEach, v, [(value, key) => put(entries, entries.length, [key, value])]);
					for (let i = 0; i < entries.length; i++) apply(mapSet, made, [copy(entries[i][0]), copy(entries[i][1])]);
					return made;
				}
				case "Set": {
					const made = remember(v, new NativeSet());
					const members = [];
					apply(setForEach, v, [(member) => put(members, members.length, member)]);
					for (let i = 0; i < members.length; i++) apply(setAdd, made, [copy(members[i])]);
					return made;
				}
				case "Error":
					return errorOf(v);
			}
			return refuse(kind === "" ? "The object" : kind);
		};
		const viewOf = (v) => {
			if (view === undefined) takeViews();
			const name = apply(view.name, v, []);
			if (name === undefined) {
				return construct(views.DataView, [copy(apply(view.dataBuffer, v, [])), apply(view.dataOffset, v, []), apply(view.dataLength, v, [])]);
			}
			return construct(views[name], [copy(apply(view.buffer, v, [])), apply(view.offset, v, []), apply(view.length, v, [])]);
		};
		const errorOf = (v) => {
			const name = `${v.name}`;
			const message = getOwnPropertyDescriptor(v, "message");
			const made = remember(v, construct(hasOwn(errors, name) ? errors[name] : errors.Error, []));
			if (message !== undefined && "value" in message) conceal(made, "message", `${message.value}`);
			if (typeof v.stack === "string") conceal(made, "stack", v.stack);
			if (hasOwn(v, "cause")) conceal(made, "cause", copy(v.cause));
			return made;
		};
		return copy(value);
	}
	defineProperty(structuredClone, "length", { __proto__: null, value: 1, configurable: true });
	return { structuredClone };
})
