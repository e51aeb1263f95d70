// Event, EventTarget, and AbortController with its signal.
(function (host) {
	"use strict";
	const { exception, setTimer, now } = host;
	const { defineProperty } = Object;
	const { apply } = Reflect;
	const tag = (Class, name) => defineProperty(Class.prototype, Symbol.toStringTag, { __proto__: null, value: name, configurable: true });
	const append = (list, value) =>
		defineProperty(list, list.length, { __proto__: null, value, writable: true, enumerable: true, configurable: true });

	let inside; // gives EventTarget a way to the private parts of an event

	class Event {
		#type;
		#bubbles;
		#cancelable;
		#composed;
		#timeStamp = now();
		#target = null;
		#current = null;
		#prevented = false;
		#stopped = false;
		#passive = false;
		#running = false;
		constructor(type, options = undefined) {
			if (arguments.length === 0) throw new TypeError("Event needs a type");
			this.#type = `${type}`;
			this.#bubbles = !!options?.bubbles;
			this.#cancelable = !!options?.cancelable;
			this.#composed = !!options?.composed;
		}
		static {
			inside = {
				begin(e, target) {
					if (e.#running) throw exception("InvalidStateError", "the event is already being dispatched");
					e.#running = true;
					e.#stopped = false;
					e.#target = e.#current = target;
				},
				end(e) {
					e.#running = false;
					e.#current = null;
					return !e.#prevented;
				},
				setPassive(e, passive) {
					e.#passive = passive;
				},
				stopped: (e) => e.#stopped,
				is: (e) => typeof e === "object" && e !== null && #type in e,
			};
		}
		get type() {
			return this.#type;
		}
		get target() {
			return this.#target;
		}
		get srcElement() {
			return this.#target;
		}
		get currentTarget() {
			return this.#current;
		}
		get bubbles() {
			return this.#bubbles;
		}
		get cancelable() {
			return this.#cancelable;
		}
		get composed() {
			return this.#composed;
		}
		get defaultPrevented() {
			return this.#prevented;
		}
		get returnValue() {
			return !this.#prevented;
		}
		get eventPhase() {
			return this.#running ? 2 : 0;
		}
		get timeStamp() {
			return this.#timeStamp;
		}
		get isTrusted() {
			return false;
		}
		composedPath() {
			return this.#current === null ? [] : [this.#current];
		}
		preventDefault() {
			if (this.#cancelable && !this.#passive) this.#prevented = true;
		}
		stopPropagation() {}
		stopImmediatePropagation() {
			this.#stopped = true;
		}
	}
	tag(Event, "Event");
	const phases = { __proto__: null, NONE: 0, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 };
	for (const name in phases) {
		for (const at of [Event, Event.prototype]) defineProperty(at, name, { __proto__: null, value: phases[name], enumerable: true });
	}

	class CustomEvent extends Event {
		#detail;
		constructor(type, options = undefined) {
			super(type, options);
			this.#detail = options?.detail ?? null;
		}
		get detail() {
			return this.#detail;
		}
	}
	tag(CustomEvent, "CustomEvent");

	// report makes what a listener throws end the pass: nobody else would hear of it.
	const report = (e) => host.reject(e);

	class EventTarget {
		#listeners = [];
		addEventListener(type, callback, options = undefined) {
			if (arguments.length < 2) throw new TypeError("addEventListener needs a type and a callback");
			type = `${type}`;
			const isObject = typeof options === "object" && options !== null;
			const capture = isObject ? !!options.capture : !!options;
			const signal = isObject ? options.signal : undefined;
			const listener = { type, callback, capture, once: isObject && !!options.once, passive: isObject && !!options.passive, removed: false };
			if (signal !== undefined && !isSignal(signal)) throw new TypeError("the option signal must be an AbortSignal");
			if (callback === null || callback === undefined) return;
			if (typeof callback !== "function" && typeof callback !== "object") throw new TypeError("the callback must be a function or an object");
			if (signal?.aborted) return;
			if (this.#find(type, callback, capture) >= 0) return;
			append(this.#listeners, listener);
			if (signal !== undefined) onAbort(signal, () => this.#drop(listener));
		}
		removeEventListener(type, callback, options = undefined) {
			const capture = typeof options === "object" && options !== null ? !!options.capture : !!options;
			const i = this.#find(`${type}`, callback, capture);
			if (i >= 0) this.#drop(this.#listeners[i]);
		}
		dispatchEvent(event) {
			if (!inside.is(event)) throw new TypeError("dispatchEvent(event): event must be an Event");
			return this.#fire(event);
		}
		#find(type, callback, capture) {
			for (let i = 0; i < this.#listeners.length; i++) {
				const l = this.#listeners[i];
				if (l.type === type && l.callback === callback && l.capture === capture) return i;
			}
			return -1;
		}
		#drop(listener) {
			listener.removed = true;
			const kept = [];
			for (let i = 0; i < this.#listeners.length; i++) {
				if (this.#listeners[i] !== listener) append(kept, this.#listeners[i]);
			}
			this.#listeners = kept;
		}
		#fire(event) {
			inside.begin(event, this);
			const list = this.#listeners;
			const count = list.length;
			for (let i = 0; i < count; i++) {
				const l = list[i];
				if (l.removed || l.type !== event.type) continue;
				if (l.once) this.#drop(l);
				inside.setPassive(event, l.passive);
				try {
					const { callback } = l;
					if (typeof callback === "function") apply(callback, this, [event]);
					else callback.handleEvent(event);
				} catch (e) {
					report(e);
				}
				inside.setPassive(event, false);
				if (inside.stopped(event)) break;
			}
			return inside.end(event);
		}
	}
	tag(EventTarget, "EventTarget");
	const { addEventListener, removeEventListener, dispatchEvent } = EventTarget.prototype;

	const key = {}; // only this file can make a signal
	let isSignal, onAbort, abort;

	class AbortSignal extends EventTarget {
		#aborted = false;
		#reason;
		#handler = null;
		#wrapper;
		#algorithms = [];
		#sources; // of one made by any: signals that are not themselves made so
		#followers = [];
		constructor(k) {
			if (k !== key) throw new TypeError("Illegal constructor");
			super();
		}
		static {
			isSignal = (v) => typeof v === "object" && v !== null && #aborted in v;
			onAbort = (signal, fn) => append(signal.#algorithms, fn);
			abort = (signal, reason) => {
				if (signal.#aborted) return;
				mark(signal, reason === undefined ? exception("AbortError", "This operation was aborted") : reason);
				const ended = [];
				for (let i = 0; i < signal.#followers.length; i++) {
					const follower = signal.#followers[i];
					if (follower.#aborted) continue;
					mark(follower, signal.#reason);
					append(ended, follower);
				}
				tell(signal);
				for (let i = 0; i < ended.length; i++) tell(ended[i]);
			};
			const mark = (signal, reason) => {
				signal.#aborted = true;
				signal.#reason = reason;
			};
			const tell = (signal) => {
				const algorithms = signal.#algorithms;
				signal.#algorithms = [];
				for (let i = 0; i < algorithms.length; i++) algorithms[i]();
				apply(dispatchEvent, signal, [new Event("abort")]);
			};
		}
		static abort(reason = undefined) {
			const signal = new AbortSignal(key);
			abort(signal, reason);
			return signal;
		}
		static timeout(ms) {
			const delay = +ms;
			if (!(delay >= 0 && delay <= 9007199254740991)) throw new RangeError("AbortSignal.timeout(ms): ms is out of range");
			const signal = new AbortSignal(key);
			setTimer(() => abort(signal, exception("TimeoutError", "The operation was aborted due to timeout")), delay);
			return signal;
		}
		static any(signals) {
			const list = [];
			for (const s of signals) {
				if (!isSignal(s)) throw new TypeError("AbortSignal.any(signals): each must be an AbortSignal");
				append(list, s);
			}
			const signal = new AbortSignal(key);
			for (let i = 0; i < list.length; i++) {
				if (list[i].#aborted) {
					signal.#aborted = true;
					signal.#reason = list[i].#reason;
					return signal;
				}
			}
			signal.#sources = [];
			for (let i = 0; i < list.length; i++) {
				const roots = list[i].#sources ?? [list[i]];
				for (let j = 0; j < roots.length; j++) {
					append(signal.#sources, roots[j]);
					append(roots[j].#followers, signal);
				}
			}
			return signal;
		}
		get aborted() {
			return this.#aborted;
		}
		get reason() {
			return this.#reason;
		}
		throwIfAborted() {
			if (this.#aborted) throw this.#reason;
		}
		get onabort() {
			return this.#handler;
		}
		set onabort(fn) {
			const usable = typeof fn === "function" || (typeof fn === "object" && fn !== null);
			if (this.#wrapper !== undefined && !usable) {
				apply(removeEventListener, this, ["abort", this.#wrapper]);
				this.#wrapper = undefined;
			}
			this.#handler = usable ? fn : null;
			if (usable && this.#wrapper === undefined) {
				this.#wrapper = (event) => {
					if (typeof this.#handler === "function") apply(this.#handler, this, [event]);
				};
				apply(addEventListener, this, ["abort", this.#wrapper]);
			}
		}
	}
	tag(AbortSignal, "AbortSignal");

	class AbortController {
		#signal = new AbortSignal(key);
		get signal() {
			return this.#signal;
		}
		abort(reason = undefined) {
			abort(this.#signal, reason);
		}
	}
	tag(AbortController, "AbortController");

	return { Event, CustomEvent, EventTarget, AbortSignal, AbortController };
})
