// Iterator, its helpers, and Array.fromAsync's like. Everything that is used is taken
// before the script runs.
(function () {
	"use strict";
	const { create, defineProperty, getPrototypeOf, setPrototypeOf } = Object;
	const { apply } = Reflect;
	const symbolIterator = Symbol.iterator;
	const Base = getPrototypeOf(getPrototypeOf([][symbolIterator]()));

	const isObject = (v) => (typeof v === "object" && v !== null) || typeof v === "function";
	const show = (v) => (typeof v === "symbol" ? "a symbol" : isObject(v) ? "an object" : String(v));

	function needObject(v) {
		if (!isObject(v)) throw new TypeError(show(v) + " is not an object");
		return v;
	}

	// direct is an iterator and its next method, read once.
	const direct = (object) => ({ object, next: object.next });

	// step returns the next result, or undefined at the end.
	function step(it) {
		const result = needObject(apply(it.next, it.object, []));
		return result.done ? undefined : result;
	}

	function close(object) {
		const method = object.return;
		if (method !== undefined && method !== null) needObject(apply(method, object, []));
	}

	// closing runs body; if that throws, the iterator is closed and its own trouble lost.
	function closing(object, body) {
		try {
			return body();
		} catch (e) {
			try {
				close(object);
			} catch {}
			throw e;
		}
	}

	function needFunction(object, fn) {
		if (typeof fn === "function") return;
		closing(object, () => {
			throw new TypeError(show(fn) + " is not a function");
		});
	}

	function needCount(object, limit) {
		return closing(object, () => {
			const number = +limit;
			if (number !== number) throw new RangeError(show(limit) + " must be a number");
			const count = number < 0 ? -Math_floor(-number) : Math_floor(number);
			if (count < 0) throw new RangeError(show(limit) + " must be positive");
			return count;
		});
	}
	const Math_floor = Math.floor;

	// Helper is what the lazy methods return.
	class Helper {
		#produce;
		#close;
		#state = "start";
		constructor(produce, closeAll) {
			this.#produce = produce;
			this.#close = closeAll;
		}
		next() {
			if (this.#state === "running") throw new TypeError("the iterator is already running");
			if (this.#state === "done") return { value: undefined, done: true };
			this.#state = "running";
			let result;
			try {
				result = this.#produce();
			} catch (e) {
				this.#state = "done";
				throw e;
			}
			this.#state = result === undefined ? "done" : "suspended";
			return result === undefined ? { value: undefined, done: true } : { value: result.value, done: false };
		}
		return() {
			if (this.#state === "running") throw new TypeError("the iterator is already running");
			if (this.#state !== "done") {
				this.#state = "done";
				this.#close();
			}
			return { value: undefined, done: true };
		}
	}
	delete Helper.prototype.constructor;
	setPrototypeOf(Helper.prototype, Base);
	defineProperty(Helper.prototype, Symbol.toStringTag, { __proto__: null, value: "Iterator Helper", configurable: true });

	const helper = (object, produce) => new Helper(produce, () => close(object));

	// flattenable returns the iterator of what a script gave as an inner sequence.
	function flattenable(v, strings) {
		if (!(strings && typeof v === "string")) needObject(v);
		const method = v[symbolIterator];
		const object = method === undefined || method === null ? v : apply(method, v, []);
		return direct(needObject(object));
	}

	// each runs body over the rest of an iterator until that returns true.
	function each(receiver, fn, body) {
		const object = needObject(receiver);
		needFunction(object, fn);
		const it = direct(object);
		for (let i = 0; ; i++) {
			const result = step(it);
			if (result === undefined) return;
			const value = result.value;
			const stop = closing(object, () => body(apply(fn, undefined, [value, i]), value));
			if (stop) {
				close(object);
				return;
			}
		}
	}

	const methods = {
		map(mapper) {
			const object = needObject(this);
			needFunction(object, mapper);
			const it = direct(object);
			let i = 0;
			return helper(object, () => {
				const result = step(it);
				if (result === undefined) return undefined;
				const value = result.value;
				return { value: closing(object, () => apply(mapper, undefined, [value, i++])) };
			});
		},
		filter(predicate) {
			const object = needObject(this);
			needFunction(object, predicate);
			const it = direct(object);
			let i = 0;
			return helper(object, () => {
				for (;;) {
					const result = step(it);
					if (result === undefined) return undefined;
					const value = result.value;
					if (closing(object, () => apply(predicate, undefined, [value, i++]))) return { value };
				}
			});
		},
		take(limit) {
			const object = needObject(this);
			let left = needCount(object, limit);
			const it = direct(object);
			return helper(object, () => {
				if (left === 0) {
					close(object);
					return undefined;
				}
				left--;
				const result = step(it);
				return result === undefined ? undefined : { value: result.value };
			});
		},
		drop(limit) {
			const object = needObject(this);
			let left = needCount(object, limit);
			const it = direct(object);
			return helper(object, () => {
				for (; left > 0; left--) if (step(it) === undefined) return undefined;
				const result = step(it);
				return result === undefined ? undefined : { value: result.value };
			});
		},
		flatMap(mapper) {
			const object = needObject(this);
			needFunction(object, mapper);
			const it = direct(object);
			let i = 0;
			let inner;
			const produce = () => {
				for (;;) {
					if (inner === undefined) {
						const result = step(it);
						if (result === undefined) return undefined;
						const value = result.value;
						inner = closing(object, () => flattenable(apply(mapper, undefined, [value, i++]), false));
					}
					const result = closing(object, () => {
						const r = step(inner);
						return r === undefined ? undefined : { value: r.value };
					});
					if (result !== undefined) return result;
					inner = undefined;
				}
			};
			return new Helper(produce, () => {
				if (inner !== undefined) closing(object, () => close(inner.object));
				close(object);
			});
		},
		reduce(reducer, ...initial) {
			const object = needObject(this);
			needFunction(object, reducer);
			const it = direct(object);
			let accumulator = initial[0];
			let i = 0;
			if (initial.length === 0) {
				const first = step(it);
				if (first === undefined) throw new TypeError("Reduce of a done iterator with no initial value");
				accumulator = first.value;
				i = 1;
			}
			for (; ; i++) {
				const result = step(it);
				if (result === undefined) return accumulator;
				const value = result.value;
				accumulator = closing(object, () => apply(reducer, undefined, [accumulator, value, i]));
			}
		},
		toArray() {
			const it = direct(needObject(this));
			const items = [];
			for (let i = 0; ; i++) {
				const result = step(it);
				if (result === undefined) return items;
				defineProperty(items, i, { __proto__: null, value: result.value, writable: true, enumerable: true, configurable: true });
			}
		},
		forEach(fn) {
			each(this, fn, () => false);
		},
		some(predicate) {
			let found = false;
			each(this, predicate, (yes) => (found = !!yes));
			return found;
		},
		every(predicate) {
			let all = true;
			each(this, predicate, (yes) => !(all = !!yes));
			return all;
		},
		find(predicate) {
			let found;
			each(this, predicate, (yes, value) => {
				if (yes) found = value;
				return yes;
			});
			return found;
		},
	};
	for (const name of Reflect.ownKeys(methods)) {
		if (name === "reduce") defineProperty(methods.reduce, "length", { __proto__: null, value: 1, configurable: true });
		defineProperty(Base, name, { __proto__: null, value: methods[name], writable: true, configurable: true });
	}

	function Iterator() {
		if (new.target === undefined || new.target === Iterator) throw new TypeError("Iterator is abstract: extend it");
	}
	const statics = {
		from(v) {
			const it = flattenable(v, true);
			if (Base_isPrototypeOf(it.object)) return it.object;
			return new Wrapper(it);
		},
	};
	defineProperty(Iterator, "from", { __proto__: null, value: statics.from, writable: true, configurable: true });
	const isPrototypeOf = Object.prototype.isPrototypeOf;
	const Base_isPrototypeOf = (object) => apply(isPrototypeOf, Base, [object]);
	defineProperty(Iterator, "prototype", { __proto__: null, value: Base, writable: false });
	defineProperty(Base, "constructor", { __proto__: null, value: Iterator, writable: true, configurable: true });
	if (!Object.hasOwn(Base, Symbol.toStringTag)) {
		defineProperty(Base, Symbol.toStringTag, { __proto__: null, value: "Iterator", writable: true, configurable: true });
	}

	// Wrapper is an iterator around one that does not inherit from Iterator.
	class Wrapper {
		#it;
		constructor(it) {
			this.#it = it;
		}
		next() {
			return apply(this.#it.next, this.#it.object, []);
		}
		return() {
			const method = this.#it.object.return;
			return method === undefined ? { value: undefined, done: true } : apply(method, this.#it.object, []);
		}
	}
	delete Wrapper.prototype.constructor;
	setPrototypeOf(Wrapper.prototype, Base);
	return { Iterator };
})
